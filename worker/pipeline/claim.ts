/** Claim: takes work into this worker's hands. */
import type { HeldItem, PipelineContext } from './context.ts';

interface Claim {
  readonly held: readonly HeldItem[];
  /** Milliseconds until something may become claimable; null when nothing is known to wait. */
  readonly retryInMs: number | null;
}

/** Claims up to `limit` items the fleet may fetch now, politely. */
export async function claimItems(context: PipelineContext, limit: number): Promise<Claim> {
  const claimSentAt = performance.now();
  const { items, retryInMs } = await context.store.claimPolitely(limit, {
    owner: context.workerId,
    leaseMs: context.leaseMs,
  });
  return {
    held: items.map((item) => ({ item, claimSentAt, abort: new AbortController() })),
    retryInMs,
  };
}
