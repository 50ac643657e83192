/** Aftermath: whether it helped, while the items are fetched and after. */
import { Foreign } from '#app/ui/foreign-text.tsx';
import { Link } from '#app/ui/link.tsx';
import { countOf, formatCount } from '#app/ui/num.tsx';
import { OutcomeBar } from '#app/ui/outcome-bar.tsx';
import { Section } from '#app/ui/page-header.tsx';
import type { Aftermath as Shown } from '#lib/items/bulk/aftermath.ts';
import type { BulkAction } from '#lib/items/bulk/model.ts';

export function Aftermath({
  action,
  aftermath: { counts, of, failed },
}: {
  readonly action: BulkAction;
  readonly aftermath: Shown;
}) {
  const { completed, skipped, pending, in_progress: inProgress } = counts;
  const waiting = pending + inProgress;
  const parts = [
    completed > 0 ? `${formatCount(completed)} fetched` : null,
    counts.failed > 0 ? `${formatCount(counts.failed)} failed again` : null,
    skipped > 0 ? `${formatCount(skipped)} skipped` : null,
    waiting > 0 ? `${formatCount(waiting)} not fetched yet` : null,
  ].filter((part) => part !== null);
  return (
    <Section
      title="What became of them"
      aside={of < action.changed ? `the first ${countOf(of, 'item')}` : 'as they stand now'}
    >
      <div className="flex flex-col gap-3">
        <OutcomeBar counts={counts} className="h-3" />
        <p className="text-sm">{parts.join(' · ')}</p>
        {failed.length === 0 ? null : (
          <ul aria-label="Failed again" className="divide-y border-t text-sm">
            {failed.map((item) => (
              <li
                key={item.workItemId}
                className="flex flex-wrap items-baseline justify-between gap-x-3 py-1"
              >
                <Link
                  href={`/work-items/${item.workItemId}`}
                  className="link min-w-0 max-w-full truncate"
                >
                  <Foreign text={item.resourceId} />
                </Link>
                <span className="mono text-xs text-ink-2">{item.errorCode}</span>
              </li>
            ))}
          </ul>
        )}
        {counts.failed > failed.length ? (
          <p className="text-xs text-ink-3">
            The latest {formatCount(failed.length)} of {countOf(counts.failed, 'failed item')}.
          </p>
        ) : null}
      </div>
    </Section>
  );
}
