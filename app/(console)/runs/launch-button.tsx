'use client';
/** LaunchButton: opens the launch dialog; each opening is one intention with a key of its own. */
import { Play } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import type { ButtonSize, ButtonVariant } from '#app/ui/button-style.ts';
import type { LaunchSource } from '../_launch/launch-fields.tsx';
import { newRequestKey } from './request-key.ts';

const LaunchDialog = lazy(() => import('./launch-dialog.tsx'));

export function LaunchButton({
  sources,
  preset = [],
  label = 'Launch a run',
  variant = 'primary',
  size = 'md',
  isOpenAtFirst = false,
}: {
  readonly sources: readonly LaunchSource[];
  /** Names of sources chosen at first; none = all enabled ones. */
  readonly preset?: readonly string[];
  readonly label?: string;
  readonly variant?: ButtonVariant;
  readonly size?: ButtonSize;
  /** For an address that asks for the dialog; the address forgets it, so that going back does not. */
  readonly isOpenAtFirst?: boolean;
}) {
  const [requestKey, setRequestKey] = useState<string | null>(null);
  useEffect(() => {
    if (!isOpenAtFirst) return;
    setRequestKey(newRequestKey());
    window.history.replaceState(null, '', window.location.pathname);
  }, [isOpenAtFirst]);
  return (
    <>
      <Button
        variant={variant}
        size={size}
        icon={<Play aria-hidden />}
        onPress={() => setRequestKey(newRequestKey())}
      >
        {label}
      </Button>
      {requestKey === null ? null : (
        <Suspense fallback={null}>
          <LaunchDialog
            key={requestKey}
            requestKey={requestKey}
            sources={sources}
            preset={preset}
            onClose={() => setRequestKey(null)}
          />
        </Suspense>
      )}
    </>
  );
}
