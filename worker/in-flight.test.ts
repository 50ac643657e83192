import { describe, expect, it } from 'vitest';
import { aStoredItem } from '#test/worker/items.ts';
import { type BeginBatch, InFlight } from './in-flight.ts';
import type { ItemResult, LeasedItem } from './pipeline/context.ts';

const completed: ItemResult = { kind: 'completed', discovered: 0 };

function aLeasedItem(claimedAt = performance.now(), sourceName?: string): LeasedItem {
  const lease = { status: 'in_progress', leaseOwner: 'worker-1', leaseUntil: '' } as const;
  const named = sourceName === undefined ? {} : { sourceName };
  const item = { ...aStoredItem(), ...named, ...lease, leaseId: crypto.randomUUID() };
  return { item, claimSentAt: claimedAt, claimedAt, abort: new AbortController(), requests: 0 };
}

/** Work that the test lets go on: first answered, then ended. */
function stage(concurrency: number) {
  const begun: {
    leased: LeasedItem;
    answer: () => void;
    readOn: () => void;
    end: (result: ItemResult) => void;
  }[] = [];
  const begin: BeginBatch = (batch, onAnswered, onLongRead) =>
    batch.map((leased) => {
      const { promise, resolve } = Promise.withResolvers<ItemResult>();
      begun.push({ leased, answer: onAnswered, readOn: onLongRead, end: resolve });
      return promise;
    });
  return { begun, inFlight: new InFlight({ concurrency, begin }) };
}

describe('items in hand', () => {
  it('are begun in their order, as many as may be asked for at once', () => {
    const { begun, inFlight } = stage(2);
    const leased = [aLeasedItem(), aLeasedItem(), aLeasedItem()];
    for (const one of leased) inFlight.add([one]);
    expect(begun.map((one) => one.leased)).toEqual(leased.slice(0, 2));
    expect(inFlight).toMatchObject({ size: 3, asked: 2, waiting: 1 });
    expect(inFlight.leased()).toHaveLength(3);
  });

  it('make room for the next when they are answered, before they are stored', async () => {
    const { begun, inFlight } = stage(1);
    inFlight.add([aLeasedItem()]);
    inFlight.add([aLeasedItem()]);
    begun[0]?.answer();
    expect(begun).toHaveLength(2);
    expect(inFlight).toMatchObject({ size: 2, asked: 1, waiting: 0, left: 0 });
    const next = inFlight.next();
    begun[0]?.end(completed);
    await next;
    expect(inFlight).toMatchObject({ size: 1, asked: 1, left: 1 });
    expect(inFlight.tally.completed).toBe(1);
  });

  it('make room when they take long to read, and no more are begun while as many are read as may be', () => {
    const { begun, inFlight } = stage(2);
    for (let i = 0; i < 10; i += 1) inFlight.add([aLeasedItem()]);
    for (let i = 0; i < 4; i += 1) begun[i]?.readOn();
    expect(begun).toHaveLength(5);
    expect(inFlight).toMatchObject({ size: 10, asked: 1, waiting: 0 });
    // It was begun before that was known.
    begun[4]?.readOn();
    expect(inFlight).toMatchObject({ asked: 0, waiting: 0 });
    begun[0]?.answer();
    expect(begun).toHaveLength(5);
    begun[1]?.answer();
    expect(begun).toHaveLength(7);
    expect(inFlight).toMatchObject({ asked: 2, waiting: 3 });
    // Too late to be of any use.
    begun[0]?.readOn();
    expect(inFlight).toMatchObject({ asked: 2, waiting: 3 });
  });

  it('of other sources pass by those that take long to read', () => {
    const { begun, inFlight } = stage(2);
    for (let i = 0; i < 6; i += 1) inFlight.add([aLeasedItem()]);
    for (let i = 0; i < 5; i += 1) begun[i]?.readOn();
    const others = Array.from({ length: 3 }, () => aLeasedItem(performance.now(), 'other'));
    for (const one of others) inFlight.add([one]);
    expect(begun.slice(5).map(({ leased }) => leased)).toEqual(others.slice(0, 2));
    expect(inFlight).toMatchObject({ asked: 2, waiting: 1 });
    // One of them that takes long is no crowd.
    begun[5]?.readOn();
    expect(begun.at(-1)?.leased).toBe(others[2]);
    expect(inFlight.crowded().map(({ name }) => name)).not.toContain('other');
  });

  it('of a source whose answers take long to read are enough when as many are read as may be', () => {
    const { begun, inFlight } = stage(6);
    for (let i = 0; i < 6; i += 1) inFlight.add([aLeasedItem()]);
    for (let i = 0; i < 3; i += 1) begun[i]?.readOn();
    expect(inFlight.crowded()).toEqual([]);
    begun[3]?.readOn();
    const { sourceSystem: system, sourceName: name } = aStoredItem();
    expect(inFlight.crowded()).toEqual([{ system, name }]);
    begun[0]?.answer();
    expect(inFlight.crowded()).toEqual([]);
  });

  it('make room also when they end without having been asked for', async () => {
    const { begun, inFlight } = stage(1);
    inFlight.add([aLeasedItem()]);
    inFlight.add([aLeasedItem()]);
    const next = inFlight.next();
    begun[0]?.end({ kind: 'failed' });
    await next;
    expect(begun).toHaveLength(2);
  });

  it('wait for the database, however fast they are answered', () => {
    const { begun, inFlight } = stage(1);
    for (let i = 0; i < 300; i += 1) inFlight.add([aLeasedItem()]);
    for (let i = 0; i < 300; i += 1) begun[i]?.answer();
    expect(begun).toHaveLength(200);
    expect(inFlight).toMatchObject({ size: 300, asked: 0, waiting: 100 });
  });

  it('that have waited too long to be begun are broken off, which gives them back', () => {
    const { begun, inFlight } = stage(1);
    inFlight.add([aLeasedItem()]);
    const late = aLeasedItem(performance.now() - 60_000);
    const fresh = aLeasedItem();
    inFlight.add([late]);
    inFlight.add([fresh]);
    inFlight.returnWaiting('overdue');
    expect(late.abort.signal.reason).toBe('stopping');
    expect(begun.map((one) => one.leased)).toContain(late);
    expect(fresh.abort.signal.aborted).toBe(false);
    expect(inFlight.waiting).toBe(1);
    inFlight.returnWaiting('all');
    expect(fresh.abort.signal.aborted).toBe(true);
    expect(inFlight.waiting).toBe(0);
  });
});
