import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { newId } from '#lib/ids.ts';
import { anAttempt, aRecord, noValidators } from '#test/factories.ts';
import type { CompletionInput, CompletionResult } from '../model.ts';
import { CompletionGroup } from './completion-group.ts';

const done: CompletionResult = { ok: true, discovered: 0, unchanged: false };
const completion = (payload = '{}'): CompletionInput => ({
  fence: { workItemId: newId(), leaseId: newId() },
  attempt: anAttempt(),
  record: aRecord({ payload }),
  validators: noValidators,
  discovered: [],
});

/** A store that commits a group when it is told to. */
function givenStore() {
  const groups: (readonly CompletionInput[])[] = [];
  const commits: ((results: PromiseSettledResult<CompletionResult>[]) => void)[] = [];
  return {
    groups,
    completeMany: (inputs: readonly CompletionInput[]) => {
      groups.push(inputs);
      return new Promise<PromiseSettledResult<CompletionResult>[]>((resolve) => {
        commits.push(resolve);
      });
    },
    commit: () =>
      commits.shift()?.(
        (groups[groups.length - 1] ?? []).map(() => ({ status: 'fulfilled', value: done })),
      ),
    settle: (results: PromiseSettledResult<CompletionResult>[]) => commits.shift()?.(results),
  };
}

describe('a group of completions', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const sizes = (store: ReturnType<typeof givenStore>) => store.groups.map((group) => group.length);

  test('is sent off when it is full, without waiting', () => {
    const store = givenStore();
    const group = new CompletionGroup(store, { maxItems: 3, maxWaitMs: () => 1_000 });
    for (let i = 0; i < 3; i += 1) void group.complete(completion());
    expect(sizes(store)).toEqual([3]);
  });

  test('is sent off after the wait, however few came', () => {
    const store = givenStore();
    const group = new CompletionGroup(store, { maxItems: 3, maxWaitMs: () => 20 });
    void group.complete(completion());
    vi.advanceTimersByTime(19);
    expect(sizes(store)).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(sizes(store)).toEqual([1]);
  });

  test('is sent off when its records are large', () => {
    const store = givenStore();
    const group = new CompletionGroup(store, {
      maxItems: 9,
      maxWaitMs: () => 20,
      maxCharacters: 100,
    });
    void group.complete(completion('x'.repeat(60)));
    expect(sizes(store)).toEqual([]);
    void group.complete(completion('x'.repeat(60)));
    expect(sizes(store)).toEqual([2]);
  });

  test('gathers what comes while another commits, and goes next', async () => {
    const store = givenStore();
    const group = new CompletionGroup(store, { maxItems: 2, maxWaitMs: () => 20 });
    const all = Array.from({ length: 5 }, () => group.complete(completion()));
    expect(sizes(store)).toEqual([2]);
    store.commit();
    await vi.advanceTimersByTimeAsync(0);
    store.commit();
    await vi.advanceTimersByTimeAsync(0);
    expect(sizes(store)).toEqual([2, 2, 1]);
    store.commit();
    expect(await Promise.all(all)).toEqual(Array(5).fill(done));
  });

  test.each([0, 1, 2, 3, 4, 5])('sends what fills it %i steps after a commit', async (steps) => {
    const store = givenStore();
    const group = new CompletionGroup(store, {
      maxItems: 9,
      maxWaitMs: () => 20,
      maxCharacters: 100,
    });
    const first = group.complete(completion('x'.repeat(100)));
    store.commit();
    await first;
    for (let step = 0; step < steps; step += 1) await Promise.resolve();
    void group.complete(completion('x'.repeat(100)));
    await vi.advanceTimersByTimeAsync(20);
    expect(sizes(store)).toEqual([1, 1]);
  });

  test('gives each item its own result or error', async () => {
    const store = givenStore();
    const group = new CompletionGroup(store, { maxItems: 3, maxWaitMs: () => 20 });
    const all = Promise.allSettled(Array.from({ length: 3 }, () => group.complete(completion())));
    const settled: PromiseSettledResult<CompletionResult>[] = [
      { status: 'fulfilled', value: { ok: false, code: 'lease_lost' } },
      { status: 'rejected', reason: new Error('does not fit') },
      { status: 'fulfilled', value: done },
    ];
    store.settle(settled);
    expect(await all).toEqual(settled);
  });

  test('is flushed on request, and the flush ends when all is settled', async () => {
    const store = givenStore();
    const group = new CompletionGroup(store, { maxItems: 9, maxWaitMs: () => 1_000 });
    void group.complete(completion());
    let flushed = false;
    const flush = group.flush().then(() => {
      flushed = true;
    });
    expect(sizes(store)).toEqual([1]);
    await vi.advanceTimersByTimeAsync(0);
    expect(flushed).toBe(false);
    store.commit();
    await flush;
    expect(flushed).toBe(true);
  });

  test('with nothing in it is flushed at once', async () => {
    const store = givenStore();
    await new CompletionGroup(store, { maxItems: 9, maxWaitMs: () => 20 }).flush();
    expect(store.groups).toEqual([]);
  });
});
