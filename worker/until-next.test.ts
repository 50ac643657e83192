import { describe, expect, it } from 'vitest';
import { CompletionGroup } from '#lib/queue/finish/completion-group.ts';
import { aStoredItem } from '#test/worker/items.ts';
import { InFlight } from './in-flight.ts';
import type { ItemResult, LeasedItem } from './pipeline/context.ts';
import { untilNext } from './until-next.ts';

const completions = new CompletionGroup(
  { completeMany: async () => [] },
  { maxItems: 1, maxWaitMs: () => 0 },
);
const longMs = 600_000;
const never = new AbortController().signal;

/** One item in hand, which the test lets go. */
function inHand() {
  const { promise, resolve } = Promise.withResolvers<ItemResult>();
  const inFlight = new InFlight({ concurrency: 1, begin: () => [promise] });
  const lease = { status: 'in_progress', leaseOwner: 'a', leaseUntil: '', leaseId: 'b' } as const;
  const leased: LeasedItem = {
    item: { ...aStoredItem(), ...lease },
    claimSentAt: 0,
    claimedAt: performance.now(),
    abort: new AbortController(),
    requests: 0,
  };
  inFlight.add([leased]);
  return { inFlight, leave: () => resolve({ kind: 'completed', discovered: 0 }) };
}

/** Beats when the test says so; tells of waits that nobody ended. */
function aPulse() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const open = new Set<AbortSignal>();
  const untilClaimable = async (signal: AbortSignal) => {
    open.add(signal);
    const aborted = new Promise((done) => signal.addEventListener('abort', done));
    await Promise.race([promise, aborted]);
    open.delete(signal);
  };
  return { pulse: { untilClaimable }, wake: resolve, open };
}

describe('a worker that claims nothing for now', () => {
  it('is woken by a pulse that finds something to claim, and says so', async () => {
    const { inFlight } = inHand();
    const { pulse, wake } = aPulse();
    const woken = untilNext(completions, inFlight, never, longMs, pulse);
    wake();
    expect(await woken).toBe(true);
  });

  it('goes on when an item leaves, and leaves no wait behind', async () => {
    const { inFlight, leave } = inHand();
    const { pulse, open } = aPulse();
    const woken = untilNext(completions, inFlight, never, longMs, pulse);
    leave();
    expect(await woken).toBe(false);
    expect(open.size).toBe(0);
  });

  it('goes on when it is told to stop', async () => {
    const stop = new AbortController();
    const { inFlight } = inHand();
    const waited = untilNext(completions, inFlight, stop.signal, longMs, aPulse().pulse);
    stop.abort();
    await waited;
    expect(inFlight.size).toBe(1);
  });
});
