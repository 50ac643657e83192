import { describe, expect, it } from 'vitest';
import { type BeginBatch, InFlight } from './in-flight.ts';
import type { HeldItem, ItemResult } from './pipeline/context.ts';
import { aStoredItem } from './testing/items.ts';

const completed: ItemResult = { kind: 'completed', discovered: 0 };

function aHeldItem(claimedAt = performance.now()): HeldItem {
  const lease = { status: 'in_progress', leaseOwner: 'worker-1', leaseUntil: '' } as const;
  const item = { ...aStoredItem(), ...lease, leaseId: crypto.randomUUID() };
  return { item, claimSentAt: claimedAt, claimedAt, abort: new AbortController(), requests: 0 };
}

/** Work that the test lets go on: first answered, then ended. */
function stage(concurrency: number) {
  const begun: { held: HeldItem; answer: () => void; end: (result: ItemResult) => void }[] = [];
  const begin: BeginBatch = (batch, onAnswered) =>
    batch.map((held) => {
      const { promise, resolve } = Promise.withResolvers<ItemResult>();
      begun.push({ held, answer: onAnswered, end: resolve });
      return promise;
    });
  return { begun, inFlight: new InFlight({ concurrency, begin }) };
}

describe('items in hand', () => {
  it('are begun in their order, as many as may be asked for at once', () => {
    const { begun, inFlight } = stage(2);
    const held = [aHeldItem(), aHeldItem(), aHeldItem()];
    for (const one of held) inFlight.add([one]);
    expect(begun.map((one) => one.held)).toEqual(held.slice(0, 2));
    expect(inFlight).toMatchObject({ size: 3, asked: 2, waiting: 1 });
    expect(inFlight.held()).toHaveLength(3);
  });

  it('make room for the next when they are answered, before they are stored', async () => {
    const { begun, inFlight } = stage(1);
    inFlight.add([aHeldItem()]);
    inFlight.add([aHeldItem()]);
    begun[0]?.answer();
    expect(begun).toHaveLength(2);
    expect(inFlight).toMatchObject({ size: 2, asked: 1, waiting: 0, left: 0 });
    const next = inFlight.next();
    begun[0]?.end(completed);
    await next;
    expect(inFlight).toMatchObject({ size: 1, asked: 1, left: 1 });
    expect(inFlight.tally.completed).toBe(1);
  });

  it('make room also when they end without having been asked for', async () => {
    const { begun, inFlight } = stage(1);
    inFlight.add([aHeldItem()]);
    inFlight.add([aHeldItem()]);
    const next = inFlight.next();
    begun[0]?.end({ kind: 'failed' });
    await next;
    expect(begun).toHaveLength(2);
  });

  it('wait for the database, however fast they are answered', () => {
    const { begun, inFlight } = stage(1);
    for (let i = 0; i < 300; i += 1) inFlight.add([aHeldItem()]);
    for (let i = 0; i < 300; i += 1) begun[i]?.answer();
    expect(begun).toHaveLength(200);
    expect(inFlight).toMatchObject({ size: 300, asked: 0, waiting: 100 });
  });

  it('that have waited too long to be begun are broken off, which gives them back', () => {
    const { begun, inFlight } = stage(1);
    inFlight.add([aHeldItem()]);
    const late = aHeldItem(performance.now() - 60_000);
    const fresh = aHeldItem();
    inFlight.add([late]);
    inFlight.add([fresh]);
    inFlight.returnWaiting('overdue');
    expect(late.abort.signal.reason).toBe('stopping');
    expect(begun.map((one) => one.held)).toContain(late);
    expect(fresh.abort.signal.aborted).toBe(false);
    expect(inFlight.waiting).toBe(1);
    inFlight.returnWaiting('all');
    expect(fresh.abort.signal.aborted).toBe(true);
    expect(inFlight.waiting).toBe(0);
  });
});
