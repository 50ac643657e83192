'use client';
/** PayloadChanges: what changed from one fetch to the next, path by path, worked out in the browser. */
import { useEffect, useState } from 'react';
import { countOf, formatBytes, formatCount } from '#app/ui/num.tsx';
import { EmptyState, TableSkeleton } from '#app/ui/states.tsx';
import { type JsonValue, parseJson } from '#lib/json.ts';
import { diffSteps, type JsonDiff } from '#lib/records/diff.ts';
import { inSteps } from '#lib/records/viewer/in-steps.ts';
import { ChangesTable } from './changes-table.tsx';
import { LoadFailed } from './load-failed.tsx';
import { type PayloadSource, usePayload } from './use-payload.ts';

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
        Recrawl its work item; when the source has changed, the difference stands here.
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
        Both fetches brought the same content.
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
      <ChangesTable changes={diff.changes} />
    </div>
  );
}

const textOf = (payload: ReturnType<typeof usePayload>['payload']): string | null =>
  payload.kind === 'loaded' ? payload.text : null;

/** Text that is no JSON is compared line by line. */
function comparedValue(text: string): JsonValue {
  const value = parseJson(text);
  return value === undefined ? text.split(/\r?\n/) : value;
}

function useDiff(before: string | null, after: string | null): JsonDiff | null {
  const [diff, setDiff] = useState<JsonDiff | null>(null);
  useEffect(() => {
    if (before === null || after === null) return;
    const stop = new AbortController();
    inSteps(diffSteps(comparedValue(before), comparedValue(after)), stop.signal).then(
      setDiff,
      () => {
        // The page was left meanwhile.
      },
    );
    return () => stop.abort();
  }, [before, after]);
  return diff;
}
