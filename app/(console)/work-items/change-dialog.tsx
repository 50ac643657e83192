'use client';
/**
 * ChangeDialog: what a change asks for, and what it would do to the selected rows or to all items of the
 * filter, judged by the server a moment after each choice; a few rows are changed at once, a filter is
 * handed to the workers.
 */
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { newRequestKey } from '#app/_shared/request-key.ts';
import { SpeedField } from '#app/_shared/speed-field.tsx';
import { cx } from '#app/ui/cx.ts';
import { FormDialog } from '#app/ui/dialog.tsx';
import { CheckboxField, NumberField } from '#app/ui/field.tsx';
import { mayPass } from '#app/ui/may-pass.ts';
import { countOf, formatCount } from '#app/ui/num.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import { notify } from '#app/ui/toast.tsx';
import { TryAgain } from '#app/ui/try-again.tsx';
import { answerOf, useAction } from '#app/ui/use-action.ts';
import type { PublicError } from '#lib/errors/app-error.ts';
import type { BulkPreview } from '#lib/items/bulk/launch.ts';
import type { BulkScope } from '#lib/items/bulk/model.ts';
import type { ChangeField } from '#lib/items/changes/change.ts';
import type { ChangeOffer } from '#lib/items/changes/offers.ts';
import { refusals, refusalWords } from '#lib/items/changes/refusal.ts';
import { countInWords } from '#lib/items/words.ts';
import {
  changeSelected,
  launchChange,
  previewChange,
  type RunToJoin,
  runsToJoin,
} from './actions.ts';
import { type Choices, draftOf, firstChoices, labelOfMany } from './change-draft.ts';

export default function ChangeDialog({
  offer,
  scope,
  onClose,
  onDone,
}: {
  readonly offer: ChangeOffer;
  readonly scope: BulkScope;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const router = useRouter();
  const [requestKey] = useState(newRequestKey);
  const [choices, setChoices] = useState<Choices>(() => firstChoices(offer));
  const [speed, setSpeed] = useState(Number.NaN);
  const [isDry, setDry] = useState(false);
  const launching = useAction(launchChange, {
    onDone: ({ bulkActionId }) => {
      router.push(`/bulk-actions/${bulkActionId}`);
      onDone();
    },
    showsError: true,
    refreshes: false,
  });
  const changing = useAction(changeSelected, {
    onDone: ({ outcome, refused }) => {
      notify(
        outcome,
        refused > 0 ? { detail: `${countOf(refused, 'item')} stayed as before.` } : {},
      );
      onClose();
      onDone();
    },
    showsError: true,
  });
  const error = launching.error ?? changing.error;
  const change = draftOf(offer, choices);
  const { preview, problem, retry } = useChangePreview(change, scope);
  const isAll = 'filter' in scope;

  const carryOut = () => {
    if (change === null || preview === null) return;
    if (!isAll) return changing.run({ change, ids: scope.ids, requestKey });
    launching.run({
      change,
      scope,
      asOf: preview.asOf,
      dryRun: isDry,
      itemsPerSecond: Number.isNaN(speed) ? null : speed,
      requestKey,
    });
  };

  const taken = preview?.sample.taken ?? 0;
  const count = countOf(preview || isAll ? taken : scope.ids.length, 'item');
  const verb = preview?.verb ?? offer.label;
  const isNothing = preview?.sample.isAll === true && taken === 0;
  return (
    <FormDialog
      title={isAll ? `${offer.label}: all matching items` : `${labelOfMany(offer, count)}?`}
      role={isAll ? 'dialog' : 'alertdialog'}
      size={isAll ? 'md' : 'sm'}
      submitLabel={isAll ? `${isDry ? 'Try dry' : 'Launch'}: ${verb}` : labelOfMany(offer, count)}
      cancelLabel="Keep as they are"
      isDangerous={offer.isDangerous}
      isPending={launching.isPending || changing.isPending}
      isDisabled={change === null || preview === null || isNothing}
      error={error}
      onSubmit={carryOut}
      onClose={onClose}
      told={
        <PreviewText
          isChosen={change !== null}
          preview={preview}
          problem={problem}
          isAll={isAll}
          onRetry={retry}
        />
      }
    >
      {offer.fields.map((field) => (
        <Field
          key={field.name}
          field={field}
          value={choices[field.name]}
          onChange={(value) => setChoices((before) => ({ ...before, [field.name]: value }))}
        />
      ))}
      {isAll ? (
        <>
          <SpeedField
            value={speed}
            onChange={setSpeed}
            error={error}
            hint="It can be changed while it runs."
          />
          <CheckboxField
            label="Try it dry first"
            help="Judges every item and changes none; it can be carried out from its page."
            isSelected={isDry}
            onChange={setDry}
          />
        </>
      ) : null}
    </FormDialog>
  );
}

function Field({
  field,
  value,
  onChange,
}: {
  readonly field: ChangeField;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}) {
  switch (field.kind) {
    case 'number':
      return (
        <NumberField
          label={field.label}
          help={field.help}
          minValue={field.min}
          maxValue={field.max}
          value={Number(value)}
          onChange={onChange}
        />
      );
    case 'choice':
      return (
        <SelectField
          label={field.label}
          options={field.options.map(({ label }, at) => ({ value: String(at), label }))}
          value={String(field.options.findIndex((option) => option.value === value))}
          onChange={(at) => onChange(field.options[Number(at)]?.value)}
        />
      );
    case 'run':
      return (
        <RunField label={field.label} help={field.help} value={String(value)} onChange={onChange} />
      );
  }
}

function RunField({
  label,
  help,
  value,
  onChange,
}: {
  readonly label: string;
  readonly help: string;
  readonly value: string;
  readonly onChange: (runId: string) => void;
}) {
  const [runs, setRuns] = useState<readonly RunToJoin[] | null>(null);
  useEffect(() => {
    let isCurrent = true;
    void answerOf(runsToJoin()).then((result) => {
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
      label={label}
      help={help}
      placeholder={runs === null ? 'Looking …' : 'Choose a run'}
      options={(runs ?? []).map((run) => ({
        value: run.runId,
        label: run.name,
      }))}
      value={value}
      onChange={onChange}
    />
  );
}

const askAfterMs = 150;

/** What the change would do; null until the answer is there. */
function useChangePreview(change: ChangeOffer['change'] | null, scope: BulkScope) {
  const [preview, setPreview] = useState<BulkPreview | null>(null);
  const [problem, setProblem] = useState<PublicError | null>(null);
  const [tries, setTries] = useState(0);
  // Both are new objects at each render; the text says whether anything changed.
  const text = change === null ? null : JSON.stringify({ change, scope });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try asks the same
  useEffect(() => {
    setPreview(null);
    setProblem(null);
    if (text === null) return;
    let isCurrent = true;
    const timer = setTimeout(async () => {
      // The text was made from these two above.
      const result = await answerOf(
        previewChange(JSON.parse(text) as { change: ChangeOffer['change']; scope: BulkScope }),
      );
      if (!isCurrent) return;
      if (result.ok) setPreview(result.data);
      else setProblem(result.error);
    }, askAfterMs);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [text, tries]);
  return { preview, problem, retry: () => setTries((count) => count + 1) };
}

/** How many items there are and what becomes of them. */
function PreviewText({
  isChosen,
  preview,
  problem,
  isAll,
  onRetry,
}: {
  readonly isChosen: boolean;
  readonly preview: BulkPreview | null;
  readonly problem: PublicError | null;
  readonly isAll: boolean;
  readonly onRetry: () => void;
}) {
  return (
    // High enough for what is usually told, so that the buttons below stay where they are when it comes.
    <div
      role="status"
      className={cx(
        'flex flex-col gap-1.5 rounded border bg-inset px-3 py-2 text-sm',
        isAll && 'min-h-[4.75rem]',
      )}
    >
      {problem ? (
        <p className="text-failed">
          {problem.message} {problem.remedy}{' '}
          {mayPass(problem) ? <TryAgain size="sm" onRetry={onRetry} /> : null}
        </p>
      ) : !isChosen ? (
        <p className="text-ink-3">Choose first what is to become of the items.</p>
      ) : preview === null ? (
        <p className="text-ink-3">Looking at the items …</p>
      ) : (
        <Words preview={preview} isAll={isAll} />
      )}
    </div>
  );
}

function Words({
  preview: { expected, sample, promise },
  isAll,
}: {
  readonly preview: BulkPreview;
  readonly isAll: boolean;
}) {
  const left = refusals.flatMap((reason) => {
    const count = sample.refusals[reason] ?? 0;
    return count > 0 ? [`${formatCount(count)} ${refusalWords[reason]}`] : [];
  });
  const stays = left.length > 0 ? `Left as they are: ${left.join(', ')}.` : null;
  if (!isAll || sample.isAll) {
    return (
      <>
        <p>
          <strong className="num">{countOf(sample.taken, 'item')}</strong> {promise}.
        </p>
        {stays ? <p className="text-ink-2">{stays}</p> : null}
      </>
    );
  }
  return (
    <>
      <p>
        <strong className="num">
          {expected.kind === 'unknown'
            ? 'Too many to count in two seconds'
            : countInWords(expected)}
        </strong>{' '}
        {expected.kind === 'exact' && expected.count === 1 ? 'matches' : 'match'} now. Those that
        the action takes {promise}.
      </p>
      <p className="text-ink-2">
        Of the first {countOf(sample.judged, 'item')}, it takes {formatCount(sample.taken)}. {stays}
      </p>
      <p className="text-ink-3">
        The filter is frozen at this moment: items that begin to match later are left alone.
      </p>
    </>
  );
}
