/** A source's state, and how fast it may be asked, in words. */
import { StatusBadge } from '#app/ui/status-badge.tsx';
import type { Source } from '#lib/sources/read-sources.ts';

export function SourceStateBadge({
  source,
}: {
  readonly source: Pick<Source, 'enabled' | 'pausedAt'>;
}) {
  if (!source.enabled) return <StatusBadge status="disabled" />;
  return <StatusBadge status={source.pausedAt === null ? 'enabled' : 'paused'} />;
}

/** 1000 → `1 request / s`; 2500 → `1 request / 2.5 s`; 0 → `no limit`. */
export function rateInWords(delayMs: number): string {
  if (delayMs === 0) return 'no limit';
  if (delayMs >= 1000) {
    return delayMs === 1000 ? '1 request / s' : `1 request / ${+(delayMs / 1000).toFixed(2)} s`;
  }
  return `${+(1000 / delayMs).toFixed(1)} requests / s`;
}
