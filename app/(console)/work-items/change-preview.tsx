'use client';
/** ChangePreview: how many items there are and what becomes of them, asked a moment after each choice. */
import { useEffect, useState } from 'react';
import { countOf, formatCount } from '#app/ui/num.tsx';
import type { PublicError } from '#lib/errors/app-error.ts';
import type { BulkPreview } from '#lib/items/bulk/preview.ts';
import { countInWords } from '#lib/items/bulk/words.ts';
import { changePromise, refusalWords } from '#lib/items/changes/change-words.ts';
import type { ItemChange } from '#lib/items/changes/item-changes.ts';
import { refusals } from '#lib/items/changes/refusal.ts';
import { previewChange } from './change-actions.ts';
import type { ChangeScope } from './change-dialog.tsx';

const askAfterMs = 150;

/** What the change would do; null until the answer is there. */
export function useChangePreview(change: ItemChange | null, scope: ChangeScope) {
  const [preview, setPreview] = useState<BulkPreview | null>(null);
  const [problem, setProblem] = useState<PublicError | null>(null);
  // Both are new objects at each render; the text tells whether anything changed.
  const text = change === null ? null : JSON.stringify({ change, scope });
  useEffect(() => {
    setPreview(null);
    setProblem(null);
    if (text === null) return;
    let isCurrent = true;
    const timer = setTimeout(async () => {
      // The text was made from these two above.
      const result = await previewChange(
        JSON.parse(text) as { change: ItemChange; scope: { ids: string[] } },
      );
      if (!isCurrent) return;
      if (result.ok) setPreview(result.data);
      else setProblem(result.error);
    }, askAfterMs);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [text]);
  return { preview, problem };
}

export function ChangePreview({
  change,
  preview,
  problem,
  isAll,
}: {
  readonly change: ItemChange | null;
  readonly preview: BulkPreview | null;
  readonly problem: PublicError | null;
  readonly isAll: boolean;
}) {
  return (
    <div role="status" className="flex flex-col gap-1.5 rounded border bg-inset px-3 py-2 text-sm">
      {problem ? (
        <p className="text-failed">
          {problem.message} {problem.remedy}
        </p>
      ) : change === null ? (
        <p className="text-ink-3">Choose first what is to become of the items.</p>
      ) : preview === null ? (
        <p className="text-ink-3">Looking at the items …</p>
      ) : (
        <Words change={change} preview={preview} isAll={isAll} />
      )}
    </div>
  );
}

function Words({
  change,
  preview: { expected, sample },
  isAll,
}: {
  readonly change: ItemChange;
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
          <strong className="num">{countOf(sample.taken, 'item')}</strong> {changePromise(change)}.
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
        the action takes {changePromise(change)}.
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
