/** Items per source, and the share of them that is stale. */

import { StaleShareLink, staleDays } from '#app/_shared/stale-share.tsx';
import { Link } from '#app/ui/link.tsx';
import { countOf, formatCount, Num } from '#app/ui/num.tsx';
import { OutcomeBar } from '#app/ui/outcome-bar.tsx';
import type { SourceTotals, StaleShare } from '#lib/metrics/model.ts';
import { Quiet } from './quiet.tsx';

export { staleDays };

/** Those with the most items; the rest is on the page of the sources. */
export const mostSourcesListed = 12;

export function Sources({
  sources,
  stale,
}: {
  readonly sources: readonly SourceTotals[];
  readonly stale: readonly StaleShare[] | null;
}) {
  if (sources.length === 0) return <Quiet>No source has items yet.</Quiet>;
  const shareOf = (source: SourceTotals) =>
    stale?.find(
      (one) => one.sourceSystem === source.sourceSystem && one.sourceName === source.sourceName,
    );
  const head =
    'h-8 border-b border-line-strong px-3 text-xs font-medium whitespace-nowrap text-ink-2';
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
    <section aria-label="Items per source" tabIndex={0} className="relative overflow-x-auto">
      <table className="w-full text-sm sm:min-w-140">
        <thead>
          <tr>
            <th scope="col" className={`${head} text-left`}>
              Source
            </th>
            <th scope="col" className={`${head} w-2/5 text-left max-sm:hidden`}>
              Items
            </th>
            <th scope="col" className={`${head} text-right`}>
              Pending
            </th>
            <th scope="col" className={`${head} text-right`}>
              Failed
            </th>
            <th scope="col" className={`${head} text-right`}>
              Stale {staleDays} d
            </th>
          </tr>
        </thead>
        <tbody>
          {sources.slice(0, mostSourcesListed).map((source) => {
            const share = shareOf(source);
            const name = encodeURIComponent(source.sourceName);
            const cell = 'h-9 border-b px-3 [tr:last-child>&]:border-b-0';
            return (
              <tr key={`${source.sourceSystem} ${source.sourceName}`} className="hover:bg-hover">
                <td className={cell}>
                  <Link href={`/work-items?source=${name}`} className="link">
                    {source.sourceName}
                  </Link>{' '}
                  <span className="text-xs text-ink-3">{source.sourceSystem}</span>
                </td>
                <td className={`${cell} max-sm:hidden`}>
                  <OutcomeBar counts={source.totals} />
                </td>
                <td className={`${cell} text-right`}>
                  <Num value={source.totals.pending} />
                </td>
                <td className={`${cell} text-right`}>
                  {source.totals.failed > 0 ? (
                    <Link
                      href={`/work-items?source=${name}&status=failed`}
                      className="num text-failed underline underline-offset-2"
                    >
                      {formatCount(source.totals.failed)}
                    </Link>
                  ) : (
                    <Num value={0} className="text-ink-3" />
                  )}
                </td>
                <td className={`${cell} text-right`}>
                  <StaleShareLink share={share} sourceName={source.sourceName} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {sources.length > mostSourcesListed ? (
        <p className="border-t px-3 py-2 text-xs text-ink-2">
          and {countOf(sources.length - mostSourcesListed, 'more source')}.{' '}
          <Link href="/sources" className="link">
            All sources
          </Link>
        </p>
      ) : null}
    </section>
  );
}
