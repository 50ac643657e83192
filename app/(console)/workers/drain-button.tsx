'use client';
import { useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { countOf } from '#app/ui/num.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { drainWorkerAction, keepWorkerAction } from './actions.ts';

export function DrainButton({
  workerId,
  name,
  inFlight,
  isLast,
}: {
  readonly workerId: string;
  readonly name: string;
  readonly inFlight: number;
  /** No other worker claims anything. */
  readonly isLast: boolean;
}) {
  const [isOpen, setOpen] = useState(false);
  const drain = useAction(drainWorkerAction, {
    done: () => `${name} will finish its items and stop`,
    onDone: () => setOpen(false),
  });
  return (
    <>
      <Button size="sm" onPress={() => setOpen(true)}>
        Drain
      </Button>
      <ConfirmDialog
        isOpen={isOpen}
        onOpenChange={setOpen}
        title={`Drain ${name}?`}
        confirmLabel="Drain worker"
        isPending={drain.isPending}
        onConfirm={() => drain.run({ workerId })}
      >
        <p>
          It claims nothing more, finishes the {countOf(inFlight, 'item')} it last reported in
          flight, and stops. Until it has stopped, for ten seconds at least, that can be taken back.
          Where a supervisor started it, a new one may take its place.
        </p>
        {isLast ? (
          <p className="font-medium text-warn">
            It is the last worker: nothing is fetched until another one is started.
          </p>
        ) : null}
      </ConfirmDialog>
    </>
  );
}

/** Takes a drain back, as long as the worker has not left. */
export function KeepButton({
  workerId,
  name,
}: {
  readonly workerId: string;
  readonly name: string;
}) {
  const keep = useAction(keepWorkerAction, { done: () => `${name} claims again` });
  return (
    <Button size="sm" isPending={keep.isPending} onPress={() => keep.run({ workerId })}>
      Take back
    </Button>
  );
}
