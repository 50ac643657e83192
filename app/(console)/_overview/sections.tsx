/** The sections of the overview: sources, active runs, failures, and what is backing off. */

import { Hourglass } from 'lucide-react';
import type { ReactNode } from 'react';
import { clusterHref } from '#app/_shared/list-address.ts';
import { NotWhile } from '#app/_shared/not-while.tsx';
import { doneWords, RunStatusBadge } from '#app/_shared/run-words.tsx';
import { StaleShareLink, staleDays } from '#app/_shared/stale-share.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { Link } from '#app/ui/link.tsx';
import { countOf, formatCount, formatDuration, Num } from '#app/ui/num.tsx';
import { OutcomeBar } from '#app/ui/outcome-bar.tsx';
import { Sparkline } from '#app/ui/sparkline.tsx';
import { Time } from '#app/ui/time.tsx';
import type {
  ActiveRun,
  Backoff,
  ErrorCluster,
  LastRun,
  SourceTotals,
  StaleShare,
} from '#lib/metrics/model.ts';

/** Those with the most items; the rest is on the page of the sources. */
export const mostSourcesListed = 12;

/** Items per source, and the share of them that is stale. */
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
                    <Foreign text={source.sourceName} />
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

/** Active runs, with progress and what is left; when there is none, how the last one ended. */
export function ActiveRuns({
  runs,
  lastRun,
}: {
  readonly runs: readonly ActiveRun[];
  readonly lastRun: LastRun | null;
}) {
  if (runs.length === 0) {
    return (
      <>
        <Quiet>{lastRun ? 'No run is active. The last one:' : 'No run is active.'}</Quiet>
        {lastRun ? (
          <RunLine
            run={lastRun}
            badge={<RunStatusBadge run={{ ...lastRun, pausedAt: null, phase: 'ready' }} />}
            aside={
              <span>
                ended <Time at={lastRun.endedAt} />
              </span>
            }
          />
        ) : null}
      </>
    );
  }
  return (
    <ul>
      {runs.map((run) => (
        <li key={run.runId} className="border-b last:border-b-0">
          <RunLine
            run={run}
            badge={<RunStatusBadge run={{ ...run, status: 'running', endReason: null }} />}
            aside={<Left {...run} />}
          />
        </li>
      ))}
    </ul>
  );
}

function RunLine({
  run,
  badge,
  aside,
}: {
  readonly run: ActiveRun | LastRun;
  readonly badge: ReactNode;
  readonly aside: ReactNode;
}) {
  const done = run.succeeded + run.failed + run.skipped;
  return (
    <Link
      href={`/runs/${run.runId}`}
      className="flex flex-col gap-1.5 px-3 py-2.5 -outline-offset-2! hover:bg-hover"
    >
      <span className="flex items-center justify-between gap-3">
        <span className="truncate font-medium">
          <Foreign text={run.name} />
        </span>
        {badge}
      </span>
      <OutcomeBar
        counts={{
          completed: run.succeeded,
          failed: run.failed,
          skipped: run.skipped,
          pending: Math.max(0, run.total - done),
        }}
      />
      <span className="num flex flex-wrap justify-between gap-x-3 text-xs text-ink-2">
        <span>
          {doneWords({
            itemsTotal: run.total,
            itemsProcessed: done,
            itemsFailed: run.failed,
            itemsSkipped: run.skipped,
          })}
        </span>
        {aside}
      </span>
    </Link>
  );
}

function Left({ etaMs, perMinute, waits }: ActiveRun) {
  return (
    <span className="flex items-center gap-1">
      <Hourglass aria-hidden className="size-3" />
      {waits !== null ? (
        <NotWhile waits={waits} />
      ) : etaMs === null ? (
        'no rate yet'
      ) : (
        `${formatDuration(etaMs)} left at ${formatRate(perMinute)}/min`
      )}
    </span>
  );
}

const formatRate = (perMinute: number) =>
  perMinute >= 10 ? formatCount(Math.round(perMinute)) : perMinute.toFixed(1);

/** What failed lately, grouped, and what waits after a failure. */
export function Errors({ errors }: { readonly errors: readonly ErrorCluster[] }) {
  if (errors.length === 0) return <Quiet>No attempt failed.</Quiet>;
  return (
    <ul>
      {errors.map((error) => (
        <li
          key={`${error.code} ${error.httpStatus} ${error.host}`}
          className="flex items-center gap-3 border-b px-3 py-2 last:border-b-0"
        >
          <span className="flex min-w-0 flex-1 flex-col">
            <Link href={clusterHref(error)} className="link mono w-fit max-w-full truncate">
              {error.code}
            </Link>
            <span className="truncate text-xs text-ink-3">
              {[error.httpStatus, error.host ?? error.sourceName].filter(Boolean).join(' · ')} ·
              last <Time at={error.lastAt} />
            </span>
          </span>
          <Sparkline
            label="Attempts over the last 24 h"
            values={error.series}
            className="shrink-0 text-failed"
            width={56}
          />
          <Num value={error.attempts} className="min-w-8 text-right text-sm" />
        </li>
      ))}
    </ul>
  );
}

export function BackingOff({ backoff }: { readonly backoff: readonly Backoff[] }) {
  if (backoff.length === 0) return <Quiet>Nothing is backing off.</Quiet>;
  return (
    <ul>
      {backoff.map((one) => (
        <li
          key={one.sourceName}
          className="flex items-center justify-between gap-3 border-b px-3 py-2 last:border-b-0"
        >
          <Link
            href={`/work-items?status=pending&source=${encodeURIComponent(one.sourceName)}`}
            className="link truncate"
          >
            <Foreign text={one.sourceName} />
          </Link>
          <span className="num text-xs text-ink-2">
            {countOf(one.items, 'item')}, first <Time at={one.nextAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** A section with nothing to show. */
function Quiet({ children }: { readonly children: string }) {
  return <p className="px-3 py-5 text-sm text-ink-3">{children}</p>;
}
