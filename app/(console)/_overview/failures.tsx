/** What failed lately, grouped, and what waits after a failure. */

import { clusterHref } from '#app/_shared/list-address.ts';
import { Link } from '#app/ui/link.tsx';
import { countOf, Num } from '#app/ui/num.tsx';
import { Sparkline } from '#app/ui/sparkline.tsx';
import { Time } from '#app/ui/time.tsx';
import type { Backoff, ErrorCluster } from '#lib/metrics/model.ts';
import { Quiet } from './quiet.tsx';

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
  if (backoff.length === 0) return <Quiet>Nothing waits after a failure.</Quiet>;
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
            {one.sourceName}
          </Link>
          <span className="num text-xs text-ink-2">
            {countOf(one.items, 'item')}, first <Time at={one.nextAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}
