import { describe, expect, test } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aWorkItem } from '#test/factories.ts';
import { givenRun, givenSource, passTime, useStore } from '#test/queue-database.ts';
import type { ClaimedItem, FailureInput, NewWorkItem } from '../model.ts';

describe.each(contractEngines())('failing on $name', (engine) => {
  const given = useStore(engine);

  const claimed = async (over: Partial<NewWorkItem> = {}): Promise<ClaimedItem> => {
    await given.store.enqueue(aWorkItem(over));
    return claimNext();
  };
  const claimNext = async (): Promise<ClaimedItem> => {
    const [item] = await given.store.dequeue(1);
    if (!item) throw new Error('nothing to claim');
    return item;
  };
  const failure = (item: ClaimedItem, over: Partial<FailureInput> = {}): FailureInput => ({
    fence: { workItemId: item.workItemId, leaseId: item.leaseId },
    attempt: anAttempt({ httpStatus: 500 }),
    errorCode: 'http_server_error',
    errorMessage: 'The source answered 500.',
    decision: { kind: 'retry', delayMs: 30_000 },
    ...over,
  });
  const run = () => given.db.q.selectFrom('current_runs').selectAll().executeTakeFirstOrThrow();
  const hosts = () => given.db.q.selectFrom('hosts').selectAll().execute();

  test('a retry waits for its backoff and says so', async () => {
    const item = await claimed();
    expect(await given.store.fail(failure(item))).toEqual({ ok: true, status: 'pending' });
    const row = await given.row(item.workItemId);
    expect(row).toMatchObject({
      status: 'pending',
      attempt: 1,
      wait_reason: 'backoff',
      error_code: 'http_server_error',
      error_message: 'The source answered 500.',
      last_http_status: 500,
      lease_id: null,
    });
    expect(Date.parse(row.available_at) - Date.parse(row.updated_at)).toBeGreaterThanOrEqual(
      29_990,
    );
    expect(await given.store.dequeue(1)).toEqual([]);
    await passTime(given.db, 31_000);
    expect(await claimNext()).toMatchObject({ attempt: 2, waitReason: null });
  });

  test('retries end with the attempts of the source, whatever was decided', async () => {
    await givenSource(given.db, { maxAttempts: 3 });
    let item = await claimed();
    const statuses: string[] = [];
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const result = await given.store.fail(failure(item, { attempt: anAttempt() }));
      if (!result.ok) throw new Error(result.code);
      statuses.push(result.status);
      await passTime(given.db, 60_000);
      if (result.status === 'pending') item = await claimNext();
    }
    expect(statuses).toEqual(['pending', 'pending', 'failed']);
    expect(await given.store.dequeue(1)).toEqual([]);
    const attempts = await given.db.q
      .selectFrom('work_item_attempts')
      .select(['attempt', 'outcome', 'error_code'])
      .orderBy('attempt')
      .execute();
    expect(attempts).toEqual([
      { attempt: 1, outcome: 'retry', error_code: 'http_server_error' },
      { attempt: 2, outcome: 'retry', error_code: 'http_server_error' },
      { attempt: 3, outcome: 'failed', error_code: 'http_server_error' },
    ]);
  });

  test('a final answer fails the item at once, and a skip skips it', async () => {
    const gone = await claimed();
    const missing = { errorCode: 'page_missing', decision: { kind: 'give_up' } } as const;
    expect(await given.store.fail(failure(gone, missing))).toMatchObject({ status: 'failed' });
    const barred = await claimed();
    const robots = { errorCode: 'robots_disallowed', decision: { kind: 'skip' } } as const;
    expect(await given.store.fail(failure(barred, robots))).toMatchObject({ status: 'skipped' });
    expect((await given.store.getStats()).byStatus).toMatchObject({ failed: 1, skipped: 1 });
  });

  test('the run counts retries, failures and skips', async () => {
    const runId = await givenRun(given.db);
    const item = await claimed({ runId });
    await given.store.fail(failure(item, { decision: { kind: 'retry', delayMs: 0 } }));
    const again = await claimNext();
    const giveUp = { decision: { kind: 'give_up' }, attempt: anAttempt() } as const;
    await given.store.fail(failure(again, giveUp));
    const other = await claimed({ runId });
    const skip = { decision: { kind: 'skip' }, attempt: anAttempt() } as const;
    await given.store.fail(failure(other, skip));
    expect(await run()).toMatchObject({
      items_total: 2,
      items_processed: 2,
      items_retried: 1,
      items_failed: 1,
      items_skipped: 1,
      items_succeeded: 0,
    });
  });

  test('a host that asked for time is blocked, and a shorter wish does not shorten that', async () => {
    const uri = 'https://slow.example/a';
    const first = await claimed({ requestUri: uri });
    const limited = {
      errorCode: 'http_rate_limited',
      errorMessage: 'Slow down.',
      attempt: anAttempt({ httpStatus: 429 }),
    } as const;
    await given.store.fail(failure(first, { ...limited, blockHostMs: 120_000 }));
    const [blocked] = await hosts();
    expect(blocked).toMatchObject({
      host: 'slow.example',
      blocked_reason: 'Slow down.',
      count_429: 1,
      consecutive_failures: 1,
      last_status: 429,
    });
    const second = await claimed({ requestUri: `${uri}b` });
    const again = { ...limited, attempt: anAttempt({ httpStatus: 429 }) };
    await given.store.fail(failure(second, { ...again, blockHostMs: 5000 }));
    expect(await hosts()).toMatchObject([
      { blocked_until: blocked?.blocked_until, count_429: 2, consecutive_failures: 1 },
    ]);
    const third = await claimed({ requestUri: `${uri}c` });
    const longer = { ...limited, attempt: anAttempt({ httpStatus: 429 }), blockHostMs: 600_000 };
    await given.store.fail(failure(third, longer));
    const [later] = await hosts();
    expect(Date.parse(later?.blocked_until ?? '')).toBeGreaterThan(
      Date.parse(blocked?.blocked_until ?? ''),
    );
  });

  test('a failure without a wish counts against the host but does not block it', async () => {
    const item = await claimed({ requestUri: 'https://weak.example/' });
    await given.store.fail(failure(item));
    expect(await hosts()).toMatchObject([{ count_5xx: 1, count_429: 0, blocked_until: null }]);
  });

  test('a host that fails five times in a row is left alone, twice as long with the next failure', async () => {
    const failNext = async (path: string, over: Partial<FailureInput> = {}) => {
      const item = await claimed({ requestUri: `https://down.example/${path}` });
      const ended = {
        attempt: anAttempt({ httpStatus: 500 }),
        decision: { kind: 'give_up' },
      } as const;
      await given.store.fail(failure(item, { ...ended, ...over }));
      return (await hosts())[0];
    };
    const waitOf = (host: Awaited<ReturnType<typeof failNext>>) =>
      Date.parse(host?.blocked_until ?? '') - Date.parse(host?.updated_at ?? '');
    for (const path of ['1', '2', '3']) await failNext(path);
    // The same request answered for this one too: it is counted once.
    const shared = { attempt: anAttempt({ httpStatus: 500, requests: 0 }) };
    const four = await failNext('shared', shared);
    expect(four).toMatchObject({ consecutive_failures: 3, requests_total: 3 });
    expect(await failNext('4')).toMatchObject({ consecutive_failures: 4, blocked_until: null });
    const open = await failNext('5');
    expect(open?.blocked_reason).toContain('5 requests in a row failed');
    expect(Math.abs(waitOf(open) - 30_000)).toBeLessThan(1000);
    await passTime(given.db, 31_000);
    expect(Math.abs(waitOf(await failNext('6')) - 60_000)).toBeLessThan(1000);
    const gone = { errorCode: 'http_not_found', decision: { kind: 'give_up' } } as const;
    expect(await failNext('7', gone)).toMatchObject({ consecutive_failures: 0 });
  });

  test('items of types without a network block nobody', async () => {
    const item = await claimed({ requestUri: 'test:resource' });
    expect(item.host).toBeNull();
    await given.store.fail(failure(item, { blockHostMs: 1000 }));
    expect(await hosts()).toEqual([]);
  });
});
