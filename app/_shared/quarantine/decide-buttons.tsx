'use client';
/** Accepts or discards what is held, of whole quarantines and of one item. */
import { useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { FormDialog } from '#app/ui/dialog.tsx';
import { TextField } from '#app/ui/field.tsx';
import { countOf } from '#app/ui/num.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { DecisionOutcome } from '#lib/quarantine/decide.ts';
import type { QuarantineDecision } from '#lib/quarantine/read.ts';
import { decideItemsAction, decideQuarantinesAction } from './actions.ts';

const words = {
  accepted: { verb: 'Accept', done: 'Accepted', promise: 'become current and count as good' },
  discarded: {
    verb: 'Discard',
    done: 'Discarded',
    promise: 'are kept, and never become current',
  },
} as const;

export function DecideButtons({
  quarantineIds,
  name,
}: {
  readonly quarantineIds: readonly string[];
  /** Whose versions: `wiki`, `all 3 sources`. */
  readonly name: string;
}) {
  const [asked, setAsked] = useState<QuarantineDecision | null>(null);
  return (
    <span className="inline-flex items-center gap-1">
      {(['accepted', 'discarded'] as const).map((decision) => (
        <Button key={decision} size="sm" onPress={() => setAsked(decision)}>
          {words[decision].verb}
          {quarantineIds.length > 1 ? ' all' : null}
          <span className="sr-only"> what is held of {name}</span>
        </Button>
      ))}
      {asked === null ? null : (
        <DecideDialog
          quarantineIds={quarantineIds}
          name={name}
          decision={asked}
          onClose={() => setAsked(null)}
        />
      )}
    </span>
  );
}

function DecideDialog({
  quarantineIds,
  name,
  decision,
  onClose,
}: {
  readonly quarantineIds: readonly string[];
  readonly name: string;
  readonly decision: QuarantineDecision;
  readonly onClose: () => void;
}) {
  const [note, setNote] = useState('');
  const { verb, promise } = words[decision];
  const decide = useAction(decideQuarantinesAction, {
    done: (outcomes) => outcomeWords(outcomes, decision),
    onDone: onClose,
    showsError: true,
  });
  return (
    <FormDialog
      title={`${verb} what is held of ${name}?`}
      size="sm"
      submitLabel={verb}
      cancelLabel="Decide later"
      isDangerous={decision === 'discarded'}
      isPending={decide.isPending}
      error={decide.error}
      onSubmit={() => decide.run({ quarantineIds: [...quarantineIds], decision, note })}
      onClose={onClose}
    >
      <p className="text-sm text-ink-2">
        Versions that were fetched since the quarantine began {promise}, but for items of which
        somebody has decided already. What is fetched from now on is current again.
        {decision === 'discarded'
          ? ' Recrawl the items afterwards to fetch them anew; what was found gone is not believed.'
          : ''}
      </p>
      <TextField
        label="Note"
        help="Stands with the decision and in the audit log."
        autoFocus
        maxLength={400}
        value={note}
        onChange={setNote}
        error={decide.error?.fields?.['note']}
      />
    </FormDialog>
  );
}

/** Also what the second of two people is told. */
function outcomeWords(outcomes: readonly DecisionOutcome[], decision: QuarantineDecision): string {
  const ours = outcomes.filter(({ isOurs }) => isOurs);
  const others = outcomes.filter(({ isOurs }) => !isOurs);
  const sources = (some: readonly DecisionOutcome[]) =>
    some.length === 1 ? some[0]?.quarantine.sourceName : countOf(some.length, 'source');
  const mine = ours.length === 0 ? [] : [`${words[decision].done}: ${sources(ours)}.`];
  const before = others.map(
    ({ quarantine }) =>
      `${quarantine.decidedBy} had ${quarantine.decision} ${quarantine.sourceName} already.`,
  );
  return [...mine, ...before, ...(ours.length === 0 ? ['Nothing was changed.'] : [])].join(' ');
}

export function DecideItemButtons({
  quarantineId,
  workItemId,
}: {
  readonly quarantineId: string;
  readonly workItemId: string;
}) {
  const decide = useAction(decideItemsAction, {
    done: (count, { decision }) =>
      count === 1
        ? `${words[decision].done} what is held of this item`
        : 'Somebody had decided of this item already. Nothing was changed.',
  });
  return (
    <span className="inline-flex items-center gap-1">
      {(['accepted', 'discarded'] as const).map((decision) => (
        <Button
          key={decision}
          size="sm"
          isPending={decide.isPending}
          onPress={() => decide.run({ quarantineId, workItemIds: [workItemId], decision })}
        >
          {words[decision].verb} this item
        </Button>
      ))}
    </span>
  );
}
