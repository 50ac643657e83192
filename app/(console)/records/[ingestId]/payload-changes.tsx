'use client';
/**
 * PayloadChanges: what changed from one fetch to the next, path by path, worked out in the browser by what
 * is loaded for it.
 */
import { lazy, Suspense, useEffect, useState } from 'react';
import {
  LoadFailed,
  type PayloadSource,
  usePayload,
} from '#app/_shared/payload/payload-viewer.tsx';
import { countOf, formatBytes, formatCount } from '#app/ui/num.tsx';
import { EmptyState, TableSkeleton } from '#app/ui/states.tsx';
import type { JsonDiff } from '#lib/records/diff.ts';
import { inSteps } from '#lib/records/viewer/in-steps.ts';

const loadCompare = () => import('#lib/records/diff.ts');
const ChangesTable = lazy(() => import('./changes-table.tsx'));

export function PayloadChanges({
  before,
  after,
}: {
  readonly before: PayloadSource | null;
  readonly after: PayloadSource;
}) {
  const old = usePayload(before);
  const now = usePayload(before === null ? null : after);
  const diff = useDiff(textOf(old.payload), textOf(now.payload));
  if (before === null) {
    return (
      <EmptyState title="This is the first fetch of the resource">
        Recrawl its work item; if the content has changed, the difference is shown here.
      </EmptyState>
    );
  }
  for (const { payload, retry } of [old, now]) {
    if (payload.kind !== 'failed') continue;
    return (
      <LoadFailed title="A payload could not be loaded" message={payload.message} onRetry={retry} />
    );
  }
  if (diff === null) {
    return (
      <div className="flex flex-col gap-2">
        <p role="status" className="text-xs text-ink-2">
          Comparing {formatBytes(before.bytes)} with {formatBytes(after.bytes)} …
        </p>
        <TableSkeleton columns={4} />
      </div>
    );
  }
  if (diff.changes.length === 0) {
    return (
      <EmptyState title="Nothing in the payload changed">
        Both fetches returned the same content.
      </EmptyState>
    );
  }
  return (
    <div className="flex flex-col gap-2">
      <p role="status" className="text-xs text-ink-2">
        {diff.truncated
          ? `The first ${formatCount(diff.changes.length)} changes; there are more`
          : countOf(diff.changes.length, 'change')}
      </p>
      <Suspense fallback={<TableSkeleton columns={4} />}>
        <ChangesTable changes={diff.changes} />
      </Suspense>
    </div>
  );
}

const textOf = (payload: ReturnType<typeof usePayload>['payload']): string | null =>
  payload.kind === 'loaded' ? payload.text : null;

function useDiff(before: string | null, after: string | null): JsonDiff | null {
  const [diff, setDiff] = useState<JsonDiff | null>(null);
  useEffect(() => {
    if (before === null || after === null) return;
    const stop = new AbortController();
    loadCompare()
      .then(({ comparePayloads }) => inSteps(comparePayloads(before, after), stop.signal))
      .then(setDiff, () => {
        // The page was left meanwhile.
      });
    return () => stop.abort();
  }, [before, after]);
  return diff;
}
