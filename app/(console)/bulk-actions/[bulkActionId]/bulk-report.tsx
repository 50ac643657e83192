/** What is known of one background action: its progress, its facts, and the items it left as they are. */

import { Download } from 'lucide-react';
import { DownloadLink } from '#app/ui/button.tsx';
import { KeyValue, None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { MiddleCut } from '#app/ui/middle-cut.tsx';
import { countOf, formatCount, formatDuration, formatShare, shortCount } from '#app/ui/num.tsx';
import { OutcomeBar } from '#app/ui/outcome-bar.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { Stat, StatRow } from '#app/ui/stat.tsx';
import { Elapsed, Time } from '#app/ui/time.tsx';
import { type BulkAction, bulkVerb } from '#lib/items/bulk/model.ts';
import type { RefusedItem } from '#lib/items/bulk/outcomes.ts';
import type { BulkActionDetail } from '#lib/items/bulk/read.ts';
import { refusals, refusalWords } from '#lib/items/changes/refusal.ts';
import { countInWords } from '#lib/items/words.ts';
import { bulkCounts, bulkPartWords, itemsToGo, ScopeWords } from '../bulk-words.tsx';

/** The outcome bar and the figures. */
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
          label={isRunning ? 'To go' : 'Not looked at'}
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

/** What it is about, who launched it, and what belongs to it. */
export function BulkFacts({ action }: { readonly action: BulkAction }) {
  const { scope, undoOf, undoneBy } = action;
  return (
    <Section title="Facts">
      <KeyValue
        entries={[
          { label: 'Action', value: bulkVerb(action.change) },
          { label: 'Items', value: <ScopeWords scope={scope} /> },
          ...(scope
            ? [
                {
                  label: 'Frozen at',
                  value: (
                    <>
                      <Time at={scope.asOf} />
                      <span className="text-ink-3"> · what matches since then is left alone</span>
                    </>
                  ),
                },
              ]
            : []),
          { label: 'At its launch', value: countInWords(action.expected) },
          { label: 'Launched', value: <Time at={action.createdAt} /> },
          { label: 'By', value: action.requestedBy },
          { label: 'Ended', value: <Time at={action.finishedAt} absent="not yet" /> },
          ...(undoOf === null ? [] : [{ label: 'Undoes', value: <Other id={undoOf} /> }]),
          ...(undoneBy === null ? [] : [{ label: 'Undone by', value: <Other id={undoneBy} /> }]),
          {
            label: 'Audit',
            value: (
              <Link href={`/audit?target=${action.bulkActionId}`} className="link">
                What was recorded of it
              </Link>
            ),
          },
        ]}
      />
    </Section>
  );
}

function Other({ id }: { readonly id: string }) {
  return (
    <Link href={`/bulk-actions/${id}`} className="link">
      another background action
    </Link>
  );
}

/** Most items that are shown by name. */
export const refusedShown = 50;

/** The items that were left as they are, by reason, the first by name, all as a file. */
export function RefusedItems({
  action,
  items,
}: {
  readonly action: BulkActionDetail;
  readonly items: readonly RefusedItem[];
}) {
  const reasons = refusals.flatMap((reason) => {
    const count = action.refusals[reason] ?? 0;
    return count > 0 ? [{ reason, count }] : [];
  });
  return (
    <Section
      title="Left as they are"
      aside={
        items.length === 0 ? null : (
          <span className="inline-flex flex-wrap gap-1">
            <DownloadLink
              href={`/bulk-actions/${action.bulkActionId}/refused`}
              variant="quiet"
              size="sm"
              icon={<Download aria-hidden />}
            >
              Export {countOf(action.refused, 'item')} as CSV
            </DownloadLink>
            <DownloadLink
              href={`/bulk-actions/${action.bulkActionId}/refused?bom=1`}
              variant="quiet"
              size="sm"
            >
              CSV for spreadsheets
            </DownloadLink>
          </span>
        )
      }
    >
      {reasons.length === 0 ? (
        <p className="text-sm text-ink-2">
          {action.status === 'completed'
            ? 'None: every item was changed.'
            : action.status === 'running'
              ? 'None of those looked at so far.'
              : 'None of those that were looked at before it ended.'}
        </p>
      ) : (
        <div className="flex flex-col gap-3">
          <ul className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
            {reasons.map(({ reason, count }) => (
              <li key={reason}>
                <strong className="num">{formatCount(count)}</strong>{' '}
                <span className="text-ink-2">{refusalWords[reason]}</span>
              </li>
            ))}
          </ul>
          {items.length === 0 ? (
            <p className="text-xs text-ink-3">Which items they were is no longer kept.</p>
          ) : (
            <ul className="divide-y border-t text-sm">
              {items.map((item) => (
                <li key={item.workItemId} className="flex items-baseline gap-3 py-1">
                  {item.resourceId === null ? (
                    <span className="mono min-w-0 flex-1 truncate">
                      {item.workItemId} <None word="gone" />
                    </span>
                  ) : (
                    <Link href={`/work-items/${item.workItemId}`} className="link min-w-0 flex-1">
                      <MiddleCut text={item.resourceId} />
                    </Link>
                  )}
                  <span className="shrink-0 text-xs text-ink-2">{refusalWords[item.reason]}</span>
                </li>
              ))}
            </ul>
          )}
          {action.refused > items.length && items.length > 0 ? (
            <p className="text-xs text-ink-3">
              The first {formatCount(items.length)} of {countOf(action.refused, 'item')}.
            </p>
          ) : null}
        </div>
      )}
    </Section>
  );
}
