/** RefusedItems: the items that were left as they are, by reason, the first by name, all as a file. */
import { Download } from 'lucide-react';
import { DownloadLink } from '#app/ui/button.tsx';
import { None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { countOf, formatCount } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import type { BulkActionDetail } from '#lib/items/bulk/get.ts';
import type { RefusedItem } from '#lib/items/bulk/refused-items.ts';
import { refusalWords } from '#lib/items/changes/change-words.ts';
import { refusals } from '#lib/items/changes/refusal.ts';

/** Most items that are shown by name. */
export const refusedShown = 50;

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
          <DownloadLink
            href={`/bulk-actions/${action.bulkActionId}/refused`}
            variant="quiet"
            size="sm"
            icon={<Download aria-hidden />}
          >
            Export {countOf(action.refused, 'item')} as CSV
          </DownloadLink>
        )
      }
    >
      {reasons.length === 0 ? (
        <p className="text-sm text-ink-2">
          {action.status === 'running' ? 'None so far.' : 'None: every item was changed.'}
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
                    <Link
                      href={`/work-items/${item.workItemId}`}
                      className="link min-w-0 flex-1 truncate"
                    >
                      {item.resourceId}
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
