/** How many items are failed like this now; counted apart, so that the page does not wait for it. */
import { loadPage } from '#app/_server/action.ts';
import { clusterFilter, clusterHref } from '#app/_shared/list-address.ts';
import { None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { countInWords } from '#lib/items/bulk/words.ts';
import { parseWorkItemQuery } from '#lib/items/list/filter.ts';
import { countWorkItems } from '#lib/items/list/list.ts';
import type { ErrorCluster } from '#lib/metrics/model.ts';
import { RetryCluster } from './retry-cluster.tsx';

export async function FailedNow({
  cluster,
  mayRetry,
}: {
  readonly cluster: ErrorCluster;
  readonly mayRetry: boolean;
}) {
  const { code, httpStatus, host } = cluster;
  const counted = await loadPage(({ reads }) =>
    countWorkItems(reads, parseWorkItemQuery(clusterFilter(cluster)).query.filter),
  );
  if (!counted.ok) return <span className="text-xs text-warn">{counted.error.message}</span>;
  if (counted.data.kind === 'exact' && counted.data.count === 0) return <None word="none" />;
  const words = countInWords(counted.data);
  return (
    <span className="inline-flex flex-col items-end gap-1">
      <Link href={clusterHref(cluster)} className="link num">
        {words}
      </Link>
      {mayRetry ? <RetryCluster cluster={{ code, httpStatus, host }} words={words} /> : null}
    </span>
  );
}
