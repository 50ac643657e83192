/** One group of failures: what, where, how often over time, an example, and what is still failed. */
import { type ReactNode, Suspense } from 'react';
import { loadPage } from '#app/_server/action.ts';
import { type ClusterKey, clusterFilter, clusterHref } from '#app/_shared/list-address.ts';
import { MuteButton, UnmuteButton } from '#app/_shared/mute/mute-button.tsx';
import { windowWords } from '#app/_shared/window-links.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { MiddleCut } from '#app/ui/middle-cut.tsx';
import { formatCount, Num } from '#app/ui/num.tsx';
import { Sparkline } from '#app/ui/sparkline.tsx';
import { Skeleton } from '#app/ui/states.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { Td, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import { TryAgain } from '#app/ui/try-again.tsx';
import type { Mute } from '#lib/alerts/mutes.ts';
import { remedyOf } from '#lib/errors/codes.ts';
import { countWorkItems } from '#lib/items/list/list.ts';
import { parseWorkItemQuery } from '#lib/items/list/query.ts';
import { countInWords } from '#lib/items/words.ts';
import type { ErrorCluster, ThroughputWindow } from '#lib/metrics/model.ts';
import { RetryCluster } from './retry-cluster.tsx';

export function ClusterRow({
  cluster,
  window,
  mayRetry,
  seesAll,
  mute,
  mayMute,
}: {
  readonly cluster: ErrorCluster;
  readonly window: ThroughputWindow;
  readonly mayRetry: boolean;
  /** Else the group is what the person's sources have of it. */
  readonly seesAll: boolean;
  /** While these failures count for no alert. */
  readonly mute: Mute | null;
  readonly mayMute: boolean;
}) {
  const { code, httpStatus, host, sourceName, attempts, failed, series, example } = cluster;
  const key = {
    code,
    httpStatus,
    host,
    ...(seesAll || sourceName === null ? {} : { source: sourceName }),
  };
  const remedy = remedyOf(code);
  const words = `failures ${code}${host === null ? '' : ` at ${host}`}`;
  const target = { kind: 'failures', failures: { code, httpStatus, host } } as const;
  const muting = !mayMute ? null : mute === null ? (
    <MuteButton name={words} choices={[{ label: words, target }]} />
  ) : (
    <UnmuteButton mute={mute} />
  );
  return (
    <Tr>
      <Td className="py-2 align-top max-sm:pr-1 sm:min-w-56">
        <span className="flex flex-wrap items-baseline gap-x-2">
          <Link href={clusterHref(cluster)} className="link mono">
            {code}
          </Link>
          {httpStatus === null ? null : (
            <span className="num text-xs text-ink-2">{httpStatus}</span>
          )}
        </span>
        <span className="mono block text-xs text-ink-2 sm:hidden">{host}</span>
        {remedy ? <span className="block text-xs text-ink-3">{remedy}</span> : null}
        {mute === null ? null : (
          <span className="block text-xs text-ink-3 wrap-anywhere">
            <StatusBadge status="muted" /> ends <Time at={mute.until} />:{' '}
            <Foreign text={mute.reason} />
          </span>
        )}
      </Td>
      <Td className="py-2 align-top whitespace-nowrap max-sm:hidden">
        <span className="mono block leading-6">
          {host === null ? (
            <None word="no host" />
          ) : (
            <Link href={`/hosts/${encodeURIComponent(host)}`} className="link">
              {host}
            </Link>
          )}
        </span>
        <span className="mt-0.5 block text-xs leading-6">
          {sourceName === null ? (
            <span className="text-ink-3">several sources</span>
          ) : (
            <Link
              href={`/work-items?status=failed&source=${encodeURIComponent(sourceName)}`}
              className="link"
            >
              <Foreign text={sourceName} />
            </Link>
          )}
        </span>
      </Td>
      <Td align="right" className="py-2 align-top max-sm:px-1">
        <span className="inline-flex items-center gap-3">
          <Sparkline
            label={`Attempts over the last ${windowWords[window]}`}
            values={series}
            className="text-failed max-sm:hidden"
            width={88}
          />
          <Num value={attempts} className="min-w-10" />
        </span>
        <span className="block text-xs text-ink-3">{formatCount(failed)} given up</span>
        <span className="block text-xs text-ink-3">
          last <Time at={cluster.lastAt} />
        </span>
      </Td>
      <Td className="max-w-80 min-w-48 py-2 align-top max-md:hidden">
        {example ? (
          <>
            <Link href={`/work-items/${example.workItemId}`} className="link block">
              <MiddleCut text={example.resourceId} />
            </Link>
            <span className="line-clamp-2 text-xs text-ink-3 wrap-anywhere">{example.message}</span>
          </>
        ) : (
          <None word="its item is gone" />
        )}
      </Td>
      <Td align="right" className="py-2 align-top">
        {/* As high as what it stands for, with the button to mute where it stays. */}
        <Suspense
          fallback={
            <Stack
              count={<Skeleton className="my-1 h-4 w-16" />}
              buttons={
                <>
                  {mayRetry ? <Skeleton className="h-7 w-20" /> : null}
                  {muting}
                </>
              }
            />
          }
        >
          <FailedNow cluster={key} mayRetry={mayRetry} muting={muting} />
        </Suspense>
      </Td>
    </Tr>
  );
}

/** How many items are failed like this now; counted apart, so that the page does not wait for it. */
async function FailedNow({
  cluster,
  mayRetry,
  muting,
}: {
  readonly cluster: ClusterKey;
  readonly mayRetry: boolean;
  readonly muting: ReactNode;
}) {
  const counted = await loadPage(({ reads, sight }) =>
    countWorkItems(reads, parseWorkItemQuery(clusterFilter(cluster)).query.filter, sight),
  );
  if (!counted.ok) {
    return (
      <Stack
        count={<span className="text-xs text-warn">{counted.error.message}</span>}
        buttons={
          <>
            <TryAgain size="sm" /> {muting}
          </>
        }
      />
    );
  }
  if (counted.data.kind === 'exact' && counted.data.count === 0) {
    return <Stack count={<None word="none" />} buttons={muting} />;
  }
  const words = countInWords(counted.data);
  return (
    <Stack
      count={
        <Link href={clusterHref(cluster)} className="link num">
          {words}
        </Link>
      }
      buttons={
        <>
          {mayRetry ? <RetryCluster cluster={cluster} words={words} /> : null}
          {muting}
        </>
      }
    />
  );
}

function Stack({ count, buttons }: { readonly count: ReactNode; readonly buttons: ReactNode }) {
  return (
    <span className="inline-flex flex-col gap-1 sm:items-end">
      <span className="flex min-h-6 items-center">{count}</span>
      <span className="flex flex-wrap gap-1">{buttons}</span>
    </span>
  );
}
