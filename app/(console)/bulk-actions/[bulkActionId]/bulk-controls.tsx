'use client';
/** BulkControls: stop, change the speed, undo, and carry out what was tried dry. */
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { newRequestKey } from '#app/_shared/request-key.ts';
import { SpeedField } from '#app/_shared/speed-field.tsx';
import { Button } from '#app/ui/button.tsx';
import { ConfirmDialog, FormDialog } from '#app/ui/dialog.tsx';
import { countOf } from '#app/ui/num.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { BulkActionStatus } from '#lib/items/bulk/model.ts';
import { carryOut, setSpeed, stopBulkAction, undo } from '../actions.ts';

export function BulkControls({
  bulkActionId,
  status,
  itemsPerSecond,
  changed,
  mayUndo,
  mayCarryOut,
}: {
  readonly bulkActionId: string;
  readonly status: BulkActionStatus;
  readonly itemsPerSecond: number | null;
  readonly changed: number;
  readonly mayUndo: boolean;
  readonly mayCarryOut: boolean;
}) {
  const router = useRouter();
  const [isSpeedOpen, setSpeedOpen] = useState(false);
  const [asked, setAsked] = useState<'undo' | 'carry-out' | null>(null);
  const [requestKey] = useState(newRequestKey);
  const open = ({ bulkActionId: id }: { bulkActionId: string }) => {
    setAsked(null);
    router.push(`/bulk-actions/${id}`);
  };
  const stop = useAction(stopBulkAction, {
    done: () => 'It is stopped; what was changed stays changed',
  });
  const undoing = useAction(undo, { done: () => 'It is being undone', onDone: open });
  const carrying = useAction(carryOut, { done: () => 'It is being carried out', onDone: open });
  if (status === 'running') {
    return (
      <>
        <Button onPress={() => setSpeedOpen(true)}>Change speed</Button>
        <Button
          variant="danger"
          isPending={stop.isPending}
          onPress={() => stop.run({ bulkActionId })}
        >
          Stop
        </Button>
        {isSpeedOpen ? (
          <SpeedDialog
            bulkActionId={bulkActionId}
            itemsPerSecond={itemsPerSecond}
            onClose={() => setSpeedOpen(false)}
          />
        ) : null}
      </>
    );
  }
  const items = countOf(changed, 'item');
  return (
    <>
      {mayUndo ? <Button onPress={() => setAsked('undo')}>Undo</Button> : null}
      {mayCarryOut ? (
        <Button variant="primary" onPress={() => setAsked('carry-out')}>
          Carry it out
        </Button>
      ) : null}
      <ConfirmDialog
        isOpen={asked === 'undo'}
        onOpenChange={() => setAsked(null)}
        title="Undo this action?"
        confirmLabel={`Put ${items} back`}
        isPending={undoing.isPending}
        onConfirm={() => undoing.run({ bulkActionId, requestKey })}
      >
        <p>
          {items} {changed === 1 ? 'becomes' : 'become'} as before, in the background. Those that
          have moved on since are left as they are, and listed.
        </p>
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={asked === 'carry-out'}
        onOpenChange={() => setAsked(null)}
        title="Carry out what was tried?"
        confirmLabel="Carry it out"
        isPending={carrying.isPending}
        onConfirm={() => carrying.run({ bulkActionId, requestKey })}
      >
        <p>
          {items} would be changed, as of the dry run. Each is looked at again, and left alone if it
          no longer belongs to the frozen filter.
        </p>
      </ConfirmDialog>
    </>
  );
}

function SpeedDialog({
  bulkActionId,
  itemsPerSecond,
  onClose,
}: {
  readonly bulkActionId: string;
  readonly itemsPerSecond: number | null;
  readonly onClose: () => void;
}) {
  const [speed, setSpeedValue] = useState(itemsPerSecond ?? Number.NaN);
  const { run, isPending, error } = useAction(setSpeed, {
    done: ({ itemsPerSecond: set }) =>
      set === null ? 'It goes as fast as it can' : `At most ${countOf(set, 'item')} a second`,
    onDone: onClose,
    showsError: true,
  });
  return (
    <FormDialog
      title="Change speed"
      size="sm"
      submitLabel="Set speed"
      cancelLabel="Keep as it is"
      isPending={isPending}
      error={error}
      onSubmit={() => run({ bulkActionId, itemsPerSecond: Number.isNaN(speed) ? null : speed })}
      onClose={onClose}
    >
      <SpeedField value={speed} onChange={setSpeedValue} error={error} />
    </FormDialog>
  );
}
