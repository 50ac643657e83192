'use client';
/** RecrawlDialog: fetch again what a run has fetched, after seeing how much that is, within a budget. */
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { LaunchPreviewText } from '#app/_shared/launch/launch-preview.tsx';
import { FormDialog } from '#app/ui/dialog.tsx';
import { NumberField } from '#app/ui/field.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { RunBudget } from '#lib/runs/model.ts';
import { recrawl } from '../actions.ts';

const limits = [
  ['maxItems', 'Maximum items', 100_000_000, undefined],
  ['maxRequests', 'Maximum requests', 100_000_000, undefined],
  ['maxMinutes', 'Maximum time', 43_200, 'minutes'],
] as const;

export default function RecrawlDialog({
  runId,
  requestKey,
  onClose,
}: {
  readonly runId: string;
  readonly requestKey: string;
  readonly onClose: () => void;
}) {
  const router = useRouter();
  const [budget, setBudget] = useState<RunBudget>({});
  const launching = useAction(recrawl, {
    onDone: (run) => router.push(`/runs/${run.runId}`),
    showsError: true,
    refreshes: false,
  });
  const limit = (name: keyof RunBudget, value: number) =>
    setBudget(({ [name]: _before, ...others }) =>
      Number.isNaN(value) ? others : { ...others, [name]: value },
    );
  return (
    <FormDialog
      title="Recrawl this run"
      submitLabel="Launch recrawl"
      cancelLabel="Not now"
      isPending={launching.isPending}
      error={launching.error}
      onSubmit={() => launching.run({ runId, budget, requestKey })}
      onClose={onClose}
      told={
        <LaunchPreviewText request={{ kind: 'recrawl', sources: [], ...budget }} ofRun={runId} />
      }
    >
      <p>
        What the run has completed is fetched again, as a run of its own. What is unchanged gets no
        new record.
      </p>
      <div className="grid gap-4 sm:grid-cols-2">
        {limits.map(([name, label, most, unit]) => (
          <NumberField
            key={name}
            label={label}
            help="Empty = no limit."
            {...(unit === undefined ? {} : { unit })}
            minValue={1}
            maxValue={most}
            value={budget[name] ?? Number.NaN}
            onChange={(value) => limit(name, value)}
            error={launching.error?.fields?.[`budget.${name}`]}
          />
        ))}
      </div>
    </FormDialog>
  );
}
