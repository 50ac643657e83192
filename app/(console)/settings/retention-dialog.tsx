'use client';
/** RetentionDialog: the form of how long things are kept. */
import { useState } from 'react';
import { FormDialog } from '#app/ui/dialog.tsx';
import { NumberField } from '#app/ui/field.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { Retention } from '#lib/retention/settings.ts';
import { changeRetentionAction } from './actions.ts';

export default function RetentionDialog({
  retention,
  onClose,
}: {
  readonly retention: Retention;
  readonly onClose: () => void;
}) {
  const [eventDays, setEventDays] = useState(retention.eventDays);
  const [attemptDays, setAttemptDays] = useState(retention.attemptDays ?? Number.NaN);
  const change = useAction(changeRetentionAction, {
    done: () => 'The retention was changed; workers apply it within the hour',
    onDone: onClose,
    showsError: true,
  });
  const fields = change.error?.fields ?? {};
  return (
    <FormDialog
      title="Retention"
      size="sm"
      submitLabel="Change retention"
      isPending={change.isPending}
      error={change.error}
      onSubmit={() =>
        change.run({ eventDays, attemptDays: Number.isNaN(attemptDays) ? null : attemptDays })
      }
      onClose={onClose}
    >
      <NumberField
        label="Run log"
        help="Older entries are deleted from the logs of runs and workers."
        unit="days"
        minValue={1}
        maxValue={3650}
        step={1}
        value={eventDays}
        onChange={setEventDays}
        isRequired
        autoFocus
        error={fields['eventDays']}
      />
      <NumberField
        label="Attempts"
        help="Older attempts are deleted from the pages of their items; records and totals are kept. Empty = kept forever."
        unit="days"
        minValue={8}
        step={1}
        value={attemptDays}
        onChange={setAttemptDays}
        error={fields['attemptDays']}
      />
    </FormDialog>
  );
}
