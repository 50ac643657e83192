import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '#db/engine.ts';
import { systemActor } from '#lib/actor/model.ts';
import { checkHealth } from '#lib/health/check-health.ts';
import { clearBlock } from '#lib/hosts/blocks.ts';
import { listHosts } from '#lib/hosts/list-hosts.ts';
import { recordHostResponse } from '#lib/hosts/record-response.ts';
import { newId } from '#lib/ids.ts';
import { createStateStore } from '#lib/queue/create-state-store.ts';
import type { StateStore } from '#lib/queue/state-store.ts';
import { find } from '#lib/search/find.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { givenRun } from '#test/queue-database.ts';
import { overview } from './overview.ts';
import { readPulse } from './pulse.ts';
import { readStaleShares, recentStaleShares } from './stale-shares.ts';

describe.each(contractEngines())('the overview on $name', (engine) => {
  let database: ContractDatabase;
  let db: Db;
  let store: StateStore;

  beforeAll(async () => {
    database = await engine.create();
    db = database.db;
    store = await createStateStore({ db });
  });
  afterAll(() => database.dispose());

  const item = (resourceId: string, sourceName = 'wiki') => ({
    sourceSystem: 'test',
    sourceName,
    resourceType: 'page',
    resourceId,
    requestUri: `https://wiki.example.org/${resourceId}`,
  });
  const attempt = () => ({
    attemptId: newId(),
    workerId: 'w1',
    durationMs: 5,
    httpStatus: 200,
    facts: null,
  });

  it('shows nothing where nothing is, and no warning', async () => {
    expect(await overview(db)).toMatchObject({
      total: 0,
      runs: [],
      lastRun: null,
      oldestClaimable: null,
      errors: [],
      backoff: [],
      warnings: [],
    });
    expect(await readPulse(db)).toMatchObject({ moving: false });
  });

  it('counts exactly, per source, and what ended in this minute', async () => {
    await store.enqueueMany([item('a'), item('b'), item('c'), item('d'), item('x', 'other')]);
    const [first, second] = await store.dequeue(2);
    if (!first || !second) throw new Error('two items were to be claimed');
    await store.complete({
      fence: first,
      attempt: attempt(),
      record: null,
      validators: { etag: null, lastModified: null, revision: null },
      discovered: [],
    });
    await store.fail({
      fence: second,
      attempt: { ...attempt(), httpStatus: 503 },
      errorCode: 'http_server_error',
      errorMessage: 'busy',
      decision: { kind: 'retry', delayMs: 60_000 },
    });
    const shown = await overview(db);
    expect(shown.totals).toEqual({
      pending: 4,
      in_progress: 0,
      completed: 1,
      failed: 0,
      skipped: 0,
    });
    expect(shown.sources.map(({ sourceName }) => sourceName)).toEqual(['wiki', 'other']);
    const sum = (key: 'completed' | 'retried' | 'failed') =>
      shown.throughput.points.reduce((total, point) => total + point[key], 0);
    expect([sum('completed'), sum('retried'), sum('failed')]).toEqual([1, 1, 0]);
    expect(shown.throughput.points).toHaveLength(60);
    expect(shown.errors).toMatchObject([
      { code: 'http_server_error', httpStatus: 503, sourceName: 'wiki', attempts: 1, failed: 0 },
    ]);
    expect(shown.backoff).toMatchObject([{ sourceName: 'wiki', items: 1 }]);
    expect(shown.oldestClaimable?.ageMs).toBeGreaterThanOrEqual(0);
    expect(shown.warnings.map(({ kind }) => kind)).toContain('no_workers');
    for (const window of ['24h', '7d'] as const) {
      const { throughput } = await overview(db, { window });
      expect(throughput.points.reduce((total, point) => total + point.completed, 0)).toBe(1);
    }
  });

  it('counts nothing that was never fetched as stale', async () => {
    const shares = await readStaleShares(db, (await overview(db)).sources, 30);
    expect(shares).toEqual([
      { sourceSystem: 'test', sourceName: 'wiki', stale: 0, isAtLeast: false, total: 4 },
      { sourceSystem: 'test', sourceName: 'other', stale: 0, isAtLeast: false, total: 1 },
    ]);
  });

  it('counts what was fetched too long ago, and never what is skipped or retired', async () => {
    const staleOf = async (days: number) =>
      (await readStaleShares(db, (await overview(db)).sources, days))[0]?.stale;
    const set = (resourceIds: string[], values: object) =>
      db.q.updateTable('work_items').set(values).where('resource_id', 'in', resourceIds).execute();
    const fetchedAt = db.engine.nowPlus(-40 * 86_400_000);
    await set(['a', 'b', 'd'], { last_fetched_at: fetchedAt });
    expect(await staleOf(30)).toBe(3);
    expect(await staleOf(50)).toBe(0);
    await set(['d'], { status: 'skipped' });
    expect(await staleOf(30)).toBe(2);
    await set(['b'], { refetch: 'retired' });
    expect(await staleOf(30)).toBe(1);
    await set(['b'], { refetch: null });
    await set(['d'], { status: 'pending' });
  });

  it('counts the stale items of a source once a minute, whichever others are asked for', async () => {
    const [wiki, other] = (await overview(db)).sources;
    if (!wiki || !other) throw new Error('there were to be two sources');
    const first = await recentStaleShares(db, [wiki], 30);
    const both = await recentStaleShares(db, [other, wiki], 30);
    expect(both.shares.map(({ sourceName }) => sourceName).toSorted()).toEqual(['other', 'wiki']);
    expect(both.asOf).toBe(first.asOf);
    expect((await recentStaleShares(db, [wiki], 30)).shares[0]).toBe(first.shares[0]);
    expect((await recentStaleShares(db, [wiki], 7)).shares[0]).not.toBe(first.shares[0]);
  });

  it('warns of blocked hosts until the block is cleared', async () => {
    await db.transaction((tx) =>
      recordHostResponse(tx, 'wiki.example.org', {
        httpStatus: 429,
        requests: 1,
        hostFailed: true,
        blockMs: 60_000,
        reason: 'HTTP 429',
      }),
    );
    const kinds = async () => (await overview(db)).warnings.map(({ kind }) => kind);
    expect(await kinds()).toContain('hosts_blocked');
    expect((await listHosts(db)).rows).toMatchObject([
      { host: 'wiki.example.org', blockedReason: 'HTTP 429', count429: 1 },
    ]);
    await clearBlock(db, systemActor('test'), 'wiki.example.org');
    expect(await kinds()).not.toContain('hosts_blocked');
    // Two requests were answered before.
    expect((await listHosts(db)).rows).toMatchObject([{ blockedUntil: null, requestsTotal: 3 }]);
  });

  it('tells how the last run ended', async () => {
    const runId = await givenRun(db);
    expect(await overview(db)).toMatchObject({ runs: [{ runId }], lastRun: null });
    await db.q
      .updateTable('ingest_runs')
      .set({ status: 'completed', completed_at: db.engine.now(), items_total: 3, items_failed: 1 })
      .where('run_id', '=', runId)
      .execute();
    const going = await givenRun(db);
    expect(await overview(db)).toMatchObject({
      runs: [{ runId: going }],
      lastRun: { runId, status: 'completed', total: 3, succeeded: 0, failed: 1 },
    });
    await db.q.deleteFrom('ingest_runs').execute();
  });

  it('finds items by dedupe key, by resource and by id', async () => {
    const [byKey] = await find(db, systemActor('test'), 'test:wiki:page:a');
    expect(byKey).toMatchObject({ kind: 'work-item', title: 'a' });
    expect(await find(db, systemActor('test'), byKey?.id ?? '')).toMatchObject([{ id: byKey?.id }]);
    expect(await find(db, systemActor('test'), 'no such thing')).toEqual([]);
    expect(await find(db, systemActor('test'), 'a')).toEqual([]);
  });

  it('is healthy once migrated', async () => {
    expect(await checkHealth(db)).toMatchObject({
      ok: true,
      engine: engine.name,
      pendingMigrations: [],
      workers: 0,
      error: null,
    });
  });
});
