'use client';
/** Retention: what is kept how long, and the form that changes it. */
import { useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { NumberField } from '#app/ui/field.tsx';
import { FormDialog } from '#app/ui/form-dialog.tsx';
import { KeyValue } from '#app/ui/key-value.tsx';
import { countOf, formatCount } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { Retention } from '#lib/retention/model.ts';
import { mostEvents } from '#lib/retention/most-events.ts';
import { changeRetentionAction } from './actions.ts';

export function RetentionSection({
  retention,
  mayChange,
}: {
  readonly retention: Retention;
  readonly mayChange: boolean;
}) {
  const [isOpen, setOpen] = useState(false);
  const { eventDays, attemptDays } = retention;
  return (
    <Section
      title="Retention"
      aside={
        mayChange ? (
          <Button size="sm" onPress={() => setOpen(true)} aria-label="Change the retention">
            Change
          </Button>
        ) : null
      }
    >
      <KeyValue
        entries={[
          {
            label: 'Run log',
            value: `${countOf(eventDays, 'day')}, ${formatCount(mostEvents)} events at most`,
          },
          {
            label: 'Attempts',
            value: attemptDays === null ? 'kept for ever' : countOf(attemptDays, 'day'),
          },
          { label: 'Outcomes of background actions', value: '30 days; their totals stay' },
          { label: 'Records, runs, audit log', value: 'kept for ever' },
        ]}
      />
      {isOpen ? <RetentionDialog retention={retention} onClose={() => setOpen(false)} /> : null}
    </Section>
  );
}

function RetentionDialog({
  retention,
  onClose,
}: {
  readonly retention: Retention;
  readonly onClose: () => void;
}) {
  const [eventDays, setEventDays] = useState(retention.eventDays);
  const [attemptDays, setAttemptDays] = useState(retention.attemptDays ?? Number.NaN);
  const change = useAction(changeRetentionAction, {
    done: () => 'The retention is changed; workers see to it within the hour',
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
        help="What is older is deleted from the logs of runs and workers."
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
        help="Older attempts go from the pages of their items; records and totals stay. Empty = kept for ever."
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
