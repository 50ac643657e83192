'use client';
/** On every page: the button that stops everything, and while it is stopped, by whom, why, until when and how it goes on. */
import { OctagonX, Play } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Banner } from '#app/ui/banner.tsx';
import { Button } from '#app/ui/button.tsx';
import { useLive } from '#app/ui/live.tsx';
import { Time } from '#app/ui/time.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { Stop } from '#lib/stops/read-stop.ts';
import { goOnAction } from './actions.ts';

const loadDialog = () => import('./stop-dialog.tsx');
const StopDialog = lazy(loadDialog);
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
  const [isOpen, setOpen] = useState(false);
  const going = useAction(goOnAction, { done: () => 'Work goes on' });
  if (stop === null) return null;
  return (
    <div className="z-10 border-b bg-canvas px-3 py-2 sm:sticky sm:top-12 sm:px-5 print:hidden">
      <Banner
        kind="warn"
        isLive
        title={`Everything is stopped: ${stop.reason}`}
        action={
          mayChange ? (
            <span className="flex flex-wrap justify-end gap-1.5">
              <Button size="sm" onPointerEnter={prepare} onPress={() => setOpen(true)}>
                Change
              </Button>
              <Button
                size="sm"
                variant="primary"
                icon={<Play aria-hidden />}
                isPending={going.isPending}
                onPress={() => going.run({})}
              >
                Go on
              </Button>
            </span>
          ) : null
        }
      >
        By {stop.stoppedBy} <Time at={stop.stoppedAt} />.{' '}
        {stop.until === null ? (
          'It goes on when somebody presses Go on.'
        ) : (
          <>
            It goes on by itself <Time at={stop.until} />.
          </>
        )}{' '}
        Nothing is claimed, and schedules launch nothing.
      </Banner>
      {isOpen ? (
        <Suspense fallback={null}>
          <StopDialog stop={stop} workers={workers} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </div>
  );
}
