'use client';
/** While everything is stopped: by whom, why, until when, and how it goes on. */
import { Play } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Banner } from '#app/ui/banner.tsx';
import { Button } from '#app/ui/button.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { Time } from '#app/ui/time.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { useAsked } from '#app/ui/use-asked.ts';
import type { Stop } from '#lib/stops/read-stop.ts';
import { goOnAction } from './actions.ts';

const StopDialog = lazy(() => import('./stop-dialog.tsx'));

export default function Standstill({
  stop,
  workers,
  mayChange,
}: {
  readonly stop: Stop;
  /** Alive; null = not known. */
  readonly workers: number | null;
  readonly mayChange: boolean;
}) {
  const [isOpen, setOpen] = useState(false);
  const [asksToGoOn, setAsksToGoOn] = useState(false);
  useAsked('change-stop', () => setOpen(mayChange));
  useAsked('go-on', () => setAsksToGoOn(mayChange));
  const going = useAction(goOnAction, { done: () => 'Work goes on' });
  return (
    <div className="z-10 border-b bg-canvas px-3 py-2 sm:sticky sm:top-12 sm:px-5 print:hidden">
      <Banner
        kind="warn"
        isLive
        title={`Everything is stopped: ${stop.reason}`}
        action={
          mayChange ? (
            <span className="flex flex-wrap justify-end gap-1.5">
              <Button size="sm" onPress={() => setOpen(true)}>
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
      {asksToGoOn ? (
        <ConfirmDialog
          isOpen
          onOpenChange={setAsksToGoOn}
          title="Go on?"
          confirmLabel="Go on"
          cancelLabel="Leave it stopped"
          isPending={going.isPending}
          onConfirm={() => going.run({})}
        >
          <p>Workers claim items again, and schedules launch runs.</p>
        </ConfirmDialog>
      ) : null}
      {isOpen ? (
        <Suspense fallback={null}>
          <StopDialog stop={stop} workers={workers} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </div>
  );
}
