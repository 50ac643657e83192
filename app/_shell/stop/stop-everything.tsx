'use client';
/**
 * On every page: the button that stops everything, and while it is stopped, the banner that says so. What they show is
 * loaded when it is needed.
 */
import { OctagonX } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { useLive } from '#app/ui/live.tsx';
import { useAsked } from '#app/ui/use-asked.ts';
import type { Stop } from '#lib/stops/read-stop.ts';

const loadDialog = () => import('./stop-dialog.tsx');
const StopDialog = lazy(loadDialog);
const Standstill = lazy(() => import('./standstill.tsx'));
const prepare = () => void loadDialog().catch(() => undefined);

interface Props {
  /** As the page was rendered; what is asked for meanwhile is newer. */
  readonly initial: Stop | null;
}

function useStop(initial: Stop | null) {
  const { isOn, state } = useLive();
  return {
    stop: isOn && state !== null ? state.stop : initial,
    workers: state?.health.workers ?? null,
  };
}

export function StopButton({ initial }: Props) {
  const { stop, workers } = useStop(initial);
  const [isOpen, setOpen] = useState(false);
  useAsked('stop-everything', () => setOpen(stop === null));
  // Nothing is to go on: the address is not to ask for it when something is.
  useAsked(stop === null ? 'go-on' : '', () => setOpen(false));
  // The banner has what there is to do then.
  if (stop !== null) return null;
  return (
    <>
      <Button
        variant="quiet"
        aria-label="Stop everything"
        icon={<OctagonX aria-hidden />}
        className="max-sm:w-8 max-sm:px-0"
        onPointerEnter={prepare}
        onPress={() => setOpen(true)}
      >
        <span className="max-lg:sr-only">Stop everything</span>
      </Button>
      {isOpen ? (
        <Suspense fallback={null}>
          <StopDialog stop={null} workers={workers} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}

export function StopBanner({ initial, mayChange }: Props & { readonly mayChange: boolean }) {
  const { stop, workers } = useStop(initial);
  if (stop === null) return null;
  return (
    <Suspense fallback={null}>
      <Standstill stop={stop} workers={workers} mayChange={mayChange} />
    </Suspense>
  );
}
