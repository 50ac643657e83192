/** What belongs to a source: its failures in groups, its last runs, its schedules, the hosts it asks. */
import { clusterFilter, listAddress } from '#app/_shared/list-address.ts';
import { doneWords, outcomeCounts, RunStatusBadge } from '#app/_shared/run-words.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { Link } from '#app/ui/link.tsx';
import { formatCount, Num } from '#app/ui/num.tsx';
import { OutcomeBar } from '#app/ui/outcome-bar.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { Sparkline } from '#app/ui/sparkline.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { Time } from '#app/ui/time.tsx';
import type { ErrorClusters } from '#lib/metrics/model.ts';
import type { AskedHost } from '#lib/metrics/source-hosts.ts';
import type { Run } from '#lib/runs/model.ts';
import { cronInWords } from '#lib/schedules/cron.ts';
import type { Schedule } from '#lib/schedules/model.ts';

const row = 'flex items-center gap-3 border-b px-3 py-2 last:border-b-0';

function Quiet({ children }: { readonly children: string }) {
  return <p className="px-3 py-3 text-sm text-ink-3">{children}</p>;
}

export function Failures({
  name,
  failures: { clusters, more },
}: {
  readonly name: string;
  readonly failures: ErrorClusters;
}) {
  return (
    <Section
      title="Failures, last 7 days"
      isFlush
      aside={
        more ? (
          <Link href="/failures?window=7d" className="link">
            All failures
          </Link>
        ) : null
      }
    >
      {clusters.length === 0 ? (
        <Quiet>No attempt failed.</Quiet>
      ) : (
        <ul>
          {clusters.map((cluster) => (
            <li key={`${cluster.code} ${cluster.httpStatus} ${cluster.host}`} className={row}>
              <span className="flex min-w-0 flex-1 flex-col">
                <Link
                  href={listAddress('/work-items', {}, { ...clusterFilter(cluster), source: name })}
                  className="link mono w-fit max-w-full truncate"
                >
                  {cluster.code}
                </Link>
                <span className="text-xs text-ink-3 wrap-anywhere">
                  {[cluster.httpStatus, cluster.host].filter((part) => part !== null).join(' · ')}
                  {cluster.httpStatus === null && cluster.host === null ? '' : ' · '}last{' '}
                  <Time at={cluster.lastAt} />
                  {cluster.failed > 0 ? `, ${formatCount(cluster.failed)} given up` : ''}
                </span>
              </span>
              <Sparkline
                label="Attempts over the last 7 days"
                values={cluster.series}
                className="shrink-0 text-failed max-sm:hidden"
                width={88}
              />
              <Num value={cluster.attempts} className="min-w-8 text-right text-sm" />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

export function Runs({ name, runs }: { readonly name: string; readonly runs: readonly Run[] }) {
  return (
    <Section title="Last runs" isFlush>
      {runs.length === 0 ? (
        <Quiet>No run had this source lately.</Quiet>
      ) : (
        <ul>
          {runs.map((run) => (
            <li key={run.runId} className={`${row} flex-wrap`}>
              <span className="flex min-w-0 flex-1 basis-56 flex-col">
                <Link href={`/runs/${run.runId}`} className="link w-fit max-w-full truncate">
                  <Foreign text={run.name} />
                </Link>
                <span className="num text-xs text-ink-3">
                  {doneWords(run)}
                  {Object.keys(run.sourceRevisions).length > 1 ? ', with other sources' : ''}
                  {run.sourceRevisions[name] === undefined
                    ? ''
                    : `, revision ${run.sourceRevisions[name]}`}
                </span>
              </span>
              <OutcomeBar counts={outcomeCounts(run)} className="w-24 shrink-0" />
              <RunStatusBadge run={run} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

export function Schedules({ schedules }: { readonly schedules: readonly Schedule[] }) {
  return (
    <Section
      title="Schedules"
      isFlush
      aside={
        <Link href="/schedules" className="link">
          All schedules
        </Link>
      }
    >
      {schedules.length === 0 ? (
        <Quiet>No schedule launches it.</Quiet>
      ) : (
        <ul>
          {schedules.map((schedule) => (
            <li key={schedule.scheduleId} className={`${row} justify-between`}>
              <span className="flex min-w-0 flex-col">
                <span className="truncate text-sm">
                  <Foreign text={schedule.name} />
                </span>
                <span className="text-xs text-ink-3">{cronInWords(schedule.cron)}</span>
              </span>
              <span className="shrink-0 text-xs text-ink-2">
                {schedule.nextAt === null ? (
                  <StatusBadge status="disabled" />
                ) : (
                  <>
                    next <Time at={schedule.nextAt} />
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

export function Hosts({ hosts }: { readonly hosts: readonly AskedHost[] }) {
  return (
    <Section title="Hosts it asks" isFlush>
      {hosts.length === 0 ? (
        <Quiet>None yet.</Quiet>
      ) : (
        <ul>
          {hosts.map(({ host, askedAt, blockedUntil }) => (
            <li key={host} className={`${row} justify-between`}>
              <Link href={`/hosts/${encodeURIComponent(host)}`} className="link mono wrap-anywhere">
                {host}
              </Link>
              <span className="flex shrink-0 items-center gap-2 text-xs text-ink-2">
                {blockedUntil === null ? null : <StatusBadge status="blocked" />}
                asked <Time at={askedAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
