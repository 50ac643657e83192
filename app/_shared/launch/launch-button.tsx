'use client';
/** LaunchButton: opens the launch dialog. */
import { Play } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { Button } from '#app/ui/button.tsx';
import type { ButtonSize, ButtonVariant } from '#app/ui/button-style.ts';
import { useAsked } from '#app/ui/use-asked.ts';
import { useOpening } from '../request-key.ts';
import type { LaunchSource } from './launch-fields.tsx';

const LaunchDialog = lazy(() => import('./launch-dialog.tsx'));

export function LaunchButton({
  sources,
  preset = [],
  label = 'Launch a run',
  variant = 'primary',
  size = 'md',
  askedAs = '',
}: {
  readonly sources: readonly LaunchSource[];
  /** Names of sources chosen at first; none = all enabled ones. */
  readonly preset?: readonly string[];
  readonly label?: string;
  readonly variant?: ButtonVariant;
  readonly size?: ButtonSize;
  /** By which the palette asks for it. */
  readonly askedAs?: string;
}) {
  const { requestKey, open, close } = useOpening();
  useAsked(askedAs, open);
  return (
    <>
      <Button variant={variant} size={size} icon={<Play aria-hidden />} onPress={open}>
        {label}
      </Button>
      {requestKey === null ? null : (
        <Suspense fallback={null}>
          <LaunchDialog
            key={requestKey}
            requestKey={requestKey}
            sources={sources}
            preset={preset}
            onClose={close}
          />
        </Suspense>
      )}
    </>
  );
}
