/** BulkProgress: the outcome bar and the figures of a background action. */

import { Elapsed } from '#app/_shared/elapsed.tsx';
import { formatCount, formatDuration, formatShare, shortCount } from '#app/ui/num.tsx';
import { OutcomeBar } from '#app/ui/outcome-bar.tsx';
import { Stat, StatRow } from '#app/ui/stat.tsx';
import type { BulkAction } from '#lib/items/bulk/model.ts';
import { countInWords } from '#lib/items/bulk/words.ts';
import { bulkCounts, bulkPartWords, itemsToGo } from '../bulk-words.tsx';

export function BulkProgress({ action }: { readonly action: BulkAction }) {
  const { expected, processed, changed, refused, isDryRun, itemsPerSecond, status } = action;
  const toGo = itemsToGo(action);
  const isRunning = status === 'running';
  return (
    <div className="flex flex-col gap-3">
      <div className="panel flex flex-wrap items-center gap-x-4 gap-y-2 px-3 py-3">
        <OutcomeBar
          counts={bulkCounts(action)}
          words={bulkPartWords(isDryRun)}
          className="h-3 flex-1 basis-64"
        />
        <span className="num text-sm">
          <strong>{formatCount(processed)}</strong> of {countInWords(expected)} looked at
          {expected.kind === 'exact' && isRunning
            ? ` (${formatShare(Math.min(processed, expected.count), expected.count)})`
            : ''}
        </span>
      </div>
      <StatRow>
        <Stat label="At its launch" value={shortCount(expected)} />
        <Stat label={isDryRun ? 'Would be changed' : 'Changed'} value={formatCount(changed)} />
        <Stat label="Left as they are" value={formatCount(refused)} />
        <Stat
          label="To go"
          value={toGo === null ? 'not known' : formatCount(toGo)}
          detail={toGoDetail(action, toGo)}
        />
        <Stat
          label="Speed limit"
          value={itemsPerSecond === null ? 'none' : `${formatCount(itemsPerSecond)} / s`}
        />
        <Stat
          label={isRunning ? 'Since its launch' : 'Took'}
          value={<Elapsed from={action.createdAt} to={action.finishedAt} />}
        />
      </StatRow>
    </div>
  );
}

/** How long the rest takes at the pace so far, or why fewer items were looked at than matched. */
function toGoDetail(action: BulkAction, toGo: number | null): string | undefined {
  const { status, expected, processed, scope } = action;
  if (status === 'running') {
    const soFarMs = Date.parse(action.updatedAt) - Date.parse(action.createdAt);
    return toGo !== null && toGo > 0 && processed > 0
      ? `about ${formatDuration((soFarMs / processed) * toGo)} left`
      : undefined;
  }
  if (status !== 'completed' || expected.kind !== 'exact' || scope === null) return undefined;
  const gone = expected.count - processed;
  return gone > 0 ? `${formatCount(gone)} changed before their turn` : undefined;
}
