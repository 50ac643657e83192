/** The share of a source's items that is stale, leading to them. */
import { None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { formatShare } from '#app/ui/num.tsx';
import type { StaleShare } from '#lib/metrics/model.ts';

/** What was not fetched for so many days is stale. */
export const staleDays = 30;

export function StaleShareLink({
  share,
  sourceName,
}: {
  /** Absent where it was not counted. */
  readonly share: StaleShare | undefined;
  readonly sourceName: string;
}) {
  if (!share) return <None word="not counted" />;
  const query = new URLSearchParams({ source: sourceName, stale: String(staleDays) });
  return (
    <Link href={`/work-items?${query}`} className="link num">
      {share.isAtLeast ? '≥ ' : ''}
      {formatShare(share.stale, share.total)}
    </Link>
  );
}
