/** What a source type may do wrong: its attempt fails with a code, and the worker and its other items go on. */
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mediawiki } from '#lib/source-types/mediawiki/index.ts';
import type { FetchOutcome } from '#lib/source-types/source-type.ts';
import { test as testType } from '#lib/source-types/test/index.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';
import { claimItems } from './pipeline/claim.ts';
import { processItem } from './pipeline/process.ts';
import { processBatch } from './pipeline/process-batch.ts';
import { surviveFaults } from './unhandled-faults.ts';

/** What no type may answer, and no compiler keeps one from. */
const as = (answered: unknown) => async () => answered as FetchOutcome;

describe.each(contractEngines())('a source type at fault on $name', (engine) => {
  const openBench = usePipeline(engine);
  let bench: PipelineBench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    vi.useRealTimers();
    await bench.dispose();
  });

  const lastError = async () => {
    const row = await bench.context.db.q
      .selectFrom('work_item_attempts')
      .select(['error_code', 'error_message'])
      .executeTakeFirst();
    return row?.error_code;
  };

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'fetched'],
    ['a list', []],
    ['an unknown kind', { kind: 'perhaps' }],
    ['a property of every object', { kind: 'toString' }],
    ['a success without facts', { kind: 'fetched', payload: {}, text: null }],
    ['an error with an unknown code', { kind: 'error', facts: null, code: 'x', message: 'y' }],
  ])('that answers %s fails one attempt', async (_, answered) => {
    await bench.seed({});
    vi.spyOn(testType, 'fetch').mockImplementation(as(answered));
    const result = await processItem(await bench.claimOne(), bench.context);
    expect(result).toEqual({ kind: 'retried' });
    expect(await lastError()).toBe('source_type_faulty');
  });

  it('that forgets an item of a batch has failed this one', async () => {
    await bench.seed({
      type: 'mediawiki',
      settings: { api_url: 'http://127.0.0.1:9/api.php', email: 'op@example.org' },
      seeds: [{ titles: ['Alpha', 'Beta', 'Gamma'] }],
    });
    const failure = { kind: 'error', facts: null, code: 'page_missing', message: 'gone' };
    const together = mediawiki.batch;
    if (!together) throw new Error('wiki pages are fetched together');
    vi.spyOn(together, 'fetch').mockImplementation(
      async () => [{ ...failure, retryAfterMs: null }, null] as (FetchOutcome | null)[],
    );
    const { batches } = await claimItems(bench.context, { requests: 1, slots: 1, items: 50 });
    const results = await Promise.all(processBatch(batches[0] ?? [], bench.context));
    expect(results.map(({ kind }) => kind)).toEqual(['failed', 'released', 'retried']);
    expect(await lastError()).toBeDefined();
  });

  it.each<[string, () => void]>([
    ['an error event without a listener', () => new EventEmitter().emit('error', new Error('e'))],
    [
      'an exception in a callback',
      () => {
        throw new Error('thrown');
      },
    ],
    ['a rejection without a handler', () => void Promise.reject(new Error('rejected'))],
  ])('that leaves %s fails one attempt, and nothing else', async (_, fault) => {
    await bench.seed({ seeds: [{ ids: ['one', 'two'] }] });
    const sound = testType.fetch;
    vi.spyOn(testType, 'fetch').mockImplementation((item, context) => {
      if (item.resourceId !== 'one') return sound(item, context);
      setTimeout(fault, 5);
      return new Promise<never>(() => undefined);
    });
    const giveUp = vi.fn();
    const others = {
      uncaught: process.listeners('uncaughtException'),
      rejected: process.listeners('unhandledRejection'),
    };
    process.removeAllListeners('uncaughtException');
    process.removeAllListeners('unhandledRejection');
    const undo = surviveFaults(bench.context.log, giveUp);
    try {
      const { batches } = await claimItems(bench.context, { requests: 2, slots: 2, items: 2 });
      const results = await Promise.all(
        batches.flat().map((one) => processItem(one, bench.context)),
      );
      expect(results.map(({ kind }) => kind).sort()).toEqual(['failed', 'retried']);
    } finally {
      undo();
      for (const listener of others.uncaught) process.on('uncaughtException', listener);
      for (const listener of others.rejected) process.on('unhandledRejection', listener);
    }
    expect(giveUp).not.toHaveBeenCalled();
  });

  it('whose payload was too much to read twice has met a poisonous page', async () => {
    await bench.seed({ settings: { max_retries: 5 } });
    const answered = { kind: 'error', facts: null, code: 'reading_overran', message: 'Too slow.' };
    vi.spyOn(testType, 'fetch').mockImplementation(as({ ...answered, retryAfterMs: null }));
    const first = await bench.claimOne();
    expect(await processItem(first, bench.context)).toEqual({ kind: 'retried' });
    await bench.context.db.q
      .updateTable('work_items')
      .set({ wait_reason: null, available_at: bench.context.db.engine.now() })
      .where('work_item_id', '=', first.item.workItemId)
      .execute();
    const { items } = await bench.context.store.claimPolitely(5, { owner: 'w', leaseMs: 60_000 });
    const again = items.find(({ workItemId }) => workItemId === first.item.workItemId);
    if (!again) throw new Error('it could not be claimed again');
    const result = await processItem({ ...first, item: again }, bench.context);
    expect(result).toEqual({ kind: 'failed' });
    const item = await bench.context.db.q
      .selectFrom('work_items')
      .select('error_code')
      .where('work_item_id', '=', first.item.workItemId)
      .executeTakeFirst();
    expect(item?.error_code).toBe('poisonous_page');
  });

  it('that never comes back fails its attempt at the deadline', async () => {
    await bench.seed({ settings: { timeout: 1 } });
    const leased = await bench.claimOne();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const begun = Promise.withResolvers<void>();
    vi.spyOn(testType, 'fetch').mockImplementation(() => {
      begun.resolve();
      return new Promise<never>(() => undefined);
    });
    const working = processItem(leased, bench.context);
    await begun.promise;
    vi.advanceTimersByTime(10 * 60_000);
    vi.useRealTimers();
    expect(await working).toEqual({ kind: 'retried' });
    expect(await lastError()).toBe('attempt_overdue');
  });
});
