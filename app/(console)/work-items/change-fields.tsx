'use client';
/** ChangeFields: what a change asks for: a priority, a run, a plan. */
import { useEffect, useState } from 'react';
import { NumberField } from '#app/ui/field.tsx';
import { shortId } from '#app/ui/num.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import { type RunToJoin, runsToJoin } from './change-actions.ts';
import { type ChangeChoices, type ChangeKind, planChoices } from './change-kinds.ts';

export function ChangeFields({
  kind,
  choices,
  onChange,
}: {
  readonly kind: ChangeKind;
  readonly choices: ChangeChoices;
  readonly onChange: (changes: Partial<ChangeChoices>) => void;
}) {
  switch (kind) {
    case 'set_priority':
      return (
        <NumberField
          label="Priority"
          help="A whole number from 0 to 1,000,000; lower goes first."
          minValue={0}
          maxValue={1_000_000}
          value={choices.priority}
          onChange={(priority) => onChange({ priority })}
        />
      );
    case 'move_to_run':
      return <RunField value={choices.runId} onChange={(runId) => onChange({ runId })} />;
    case 'set_refetch':
      return (
        <SelectField
          label="Fetched again"
          options={planChoices}
          value={choices.plan}
          onChange={(plan) => onChange({ plan })}
        />
      );
    default:
      return null;
  }
}

function RunField({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (runId: string) => void;
}) {
  const [runs, setRuns] = useState<readonly RunToJoin[] | null>(null);
  useEffect(() => {
    let isCurrent = true;
    void runsToJoin().then((result) => {
      if (isCurrent) setRuns(result.ok ? result.data : []);
    });
    return () => {
      isCurrent = false;
    };
  }, []);
  if (runs !== null && runs.length === 0) {
    return <p className="text-sm">No run is running. Launch one, then move items into it.</p>;
  }
  return (
    <SelectField
      label="Run"
      help="Only runs that are running take items in, as many as their budget allows."
      placeholder={runs === null ? 'Looking …' : 'Choose a run'}
      options={(runs ?? []).map((run) => ({
        value: run.runId,
        label: run.name ?? `Run ${shortId(run.runId)}`,
      }))}
      value={value}
      onChange={onChange}
    />
  );
}
