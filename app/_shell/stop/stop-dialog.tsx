'use client';
/** What stopping everything asks for: why, until when, and what becomes of what is in progress. */
import { useState } from 'react';
import { FormDialog } from '#app/ui/dialog.tsx';
import { EndField, endOf, noEnd } from '#app/ui/end-field.tsx';
import { TextField } from '#app/ui/field.tsx';
import { countOf } from '#app/ui/num.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { Stop } from '#lib/stops/read-stop.ts';
import { stopEverythingAction } from './actions.ts';

export default function StopDialog({
  stop,
  workers,
  onClose,
}: {
  /** The one in force, to be changed; null = none. */
  readonly stop: Stop | null;
  /** Alive; null = not known. */
  readonly workers: number | null;
  readonly onClose: () => void;
}) {
  const [reason, setReason] = useState(stop?.reason ?? '');
  const [end, setEnd] = useState(noEnd);
  const [inFlight, setInFlight] = useState<string>(stop?.inFlight ?? 'finish');
  const stopping = useAction(stopEverythingAction, {
    done: () => 'Everything is stopped',
    onDone: onClose,
    showsError: true,
  });
  const fields = stopping.error?.fields;
  const those = workers === null ? 'All workers' : countOf(workers, 'worker');
  return (
    <FormDialog
      title={stop === null ? 'Stop everything?' : 'Change the stop'}
      size="sm"
      submitLabel={stop === null ? 'Stop everything' : 'Change the stop'}
      cancelLabel={stop === null ? 'Let it run' : 'Leave it'}
      isDangerous={stop === null}
      isPending={stopping.isPending}
      error={stopping.error}
      onSubmit={() =>
        stopping.run({
          reason,
          end: endOf(end),
          inFlight: inFlight === 'release' ? 'release' : 'finish',
        })
      }
      onClose={onClose}
    >
      <p className="text-sm text-ink-2">
        {those} will claim nothing more within a second, of any source, run or host. Schedules
        launch nothing. Queues stay as they are.
      </p>
      <TextField
        label="Why"
        help="Shown on every page, and wherever somebody asks why nothing runs."
        isRequired
        autoFocus
        maxLength={400}
        value={reason}
        onChange={setReason}
        error={fields?.['reason']}
      />
      <EndField
        label="Until"
        open="Somebody presses Go on"
        value={end}
        onChange={setEnd}
        error={fields?.['end']}
      />
      <SelectField
        label="Items in progress"
        options={[
          { value: 'finish', label: 'Finish them', description: 'Requests under way are answered' },
          {
            value: 'release',
            label: 'Break them off',
            description: 'They go back to the queue; the attempt does not count',
          },
        ]}
        value={inFlight}
        onChange={setInFlight}
      />
    </FormDialog>
  );
}
