'use client';
/**
 * ChangeDialog: what a change would do to the selected rows or to all items of the filter, judged by the
 * server; a few rows are changed at once, a filter is handed to the workers.
 */
import { useRouter } from 'next/navigation';
import { useState, useTransition } from 'react';
import { newRequestKey } from '#app/_shared/request-key.ts';
import { SpeedField } from '#app/_shared/speed-field.tsx';
import { FormDialog } from '#app/ui/dialog.tsx';
import { CheckboxField } from '#app/ui/field.tsx';
import { askLiveNow } from '#app/ui/live-attention.ts';
import { countOf } from '#app/ui/num.tsx';
import { notify } from '#app/ui/toast.tsx';
import type { PublicError } from '#lib/errors/app-error.ts';
import { changeOutcome, changeVerb } from '#lib/items/changes/change-words.ts';
import { changeSelected, launchChange } from './change-actions.ts';
import { ChangeFields } from './change-fields.tsx';
import {
  type ChangeChoices,
  type ChangeKind,
  changeLabels,
  changeOf,
  changeOfMany,
} from './change-kinds.ts';
import { ChangePreview, useChangePreview } from './change-preview.tsx';

export type ChangeScope =
  | { readonly ids: readonly string[] }
  | { readonly filter: Readonly<Record<string, string>> };

export default function ChangeDialog({
  kind,
  scope,
  onClose,
  onDone,
}: {
  readonly kind: ChangeKind;
  readonly scope: ChangeScope;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const router = useRouter();
  const [requestKey] = useState(newRequestKey);
  const [choices, setChoices] = useState<ChangeChoices>({
    priority: Number.NaN,
    runId: '',
    plan: 'adaptive',
  });
  const [speed, setSpeed] = useState(Number.NaN);
  const [isDry, setDry] = useState(false);
  const [error, setError] = useState<PublicError | null>(null);
  const [isPending, startTransition] = useTransition();
  const change = changeOf(kind, choices);
  const { preview, problem } = useChangePreview(change, scope);
  const isAll = 'filter' in scope;

  const carryOut = () => {
    if (change === null || preview === null) return;
    setError(null);
    startTransition(async () => {
      if (isAll) {
        const result = await launchChange({
          change,
          scope: { filter: { ...scope.filter } },
          asOf: preview.asOf,
          dryRun: isDry,
          itemsPerSecond: Number.isNaN(speed) ? null : speed,
          requestKey,
        });
        if (!result.ok) return setError(result.error);
        router.push(`/bulk-actions/${result.data.bulkActionId}`);
      } else {
        const result = await changeSelected({ change, ids: [...scope.ids], requestKey });
        if (!result.ok) return setError(result.error);
        const { changed, refused } = result.data;
        const left = refused > 0 ? { detail: `${countOf(refused, 'item')} stayed as before.` } : {};
        notify(changeOutcome(change, changed), left);
        onClose();
        router.refresh();
      }
      onDone();
      askLiveNow();
    });
  };

  const taken = preview?.sample.taken ?? 0;
  const count = countOf(preview || isAll ? taken : scope.ids.length, 'item');
  const verb = change ? changeVerb(change) : changeLabels[kind];
  const isNothing = preview?.sample.isAll === true && taken === 0;
  return (
    <FormDialog
      title={isAll ? `${changeLabels[kind]}: all matching items` : `${changeOfMany(kind, count)}?`}
      role={isAll ? 'dialog' : 'alertdialog'}
      size={isAll ? 'md' : 'sm'}
      submitLabel={isAll ? `${isDry ? 'Try dry' : 'Launch'}: ${verb}` : changeOfMany(kind, count)}
      cancelLabel="Keep as they are"
      isDangerous={kind === 'skip' || kind === 'retire'}
      isPending={isPending}
      isDisabled={change === null || preview === null || isNothing}
      error={error}
      onSubmit={carryOut}
      onClose={onClose}
    >
      <ChangeFields
        kind={kind}
        choices={choices}
        onChange={(changes) => setChoices((before) => ({ ...before, ...changes }))}
      />
      <ChangePreview change={change} preview={preview} problem={problem} isAll={isAll} />
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
