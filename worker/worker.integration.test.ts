import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { listEvents } from '#lib/events/list-events.ts';
import type { JsonObject } from '#lib/json.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { getRun } from '#lib/runs/run-row.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { goOn, stopEverything } from '#lib/stops/stop-everything.ts';
import { listWorkers } from '#lib/workers/list-workers.ts';
import { drainWorker, keepWorker } from '#lib/workers/presence.ts';
import { openSite, type Running, type Site, until } from '#test/worker/processes.ts';

const actor = systemActor('test');
const shortLease = { INGEST_LEASE_SECONDS: '5' };

let site: Site;
beforeEach(async () => {
  site = await openSite();
});
afterEach(() => site.dispose());

const worker = (args: string[] = [], env: Record<string, string> = {}): Running =>
  site.start('commands/worker.ts', args, { ...shortLease, ...env });

/** A source of the test type with a run over all its resources. */
async function launch(count: number, settings: JsonObject = {}): Promise<string> {
  const { db, secretBox } = site.runtime;
  const ids = Array.from(
    { length: count },
    (_, index) => `test_resource_${String(index + 1).padStart(3, '0')}`,
  );
  await saveSource(
    db,
    actor,
    {
      name: 'sample',
      type: 'test',
      enabled: true,
      settings: { resources: Math.max(5, count), ...settings },
      seeds: [{ ids }],
    },
    { secretBox },
  );
  const { runId } = await launchRun(db, actor, { kind: 'seed', sources: ['sample'] });
  return runId;
}

/** A worker that lives tells of each of its claims, and before the run's end. */
async function expectClaimEvents(runId: string, pid: number | undefined) {
  const { db } = site.runtime;
  const { events } = await listEvents(db, { runId, limit: 500 });
  const counts = events
    .filter(({ kind, workerId }) => kind === 'item.claimed' && workerId?.includes(`:${pid}:`))
    .map(({ data }) => Number(data?.['count']));
  const attempts = await db.q
    .selectFrom('work_item_attempts')
    .select('attempt_id')
    .where('worker_id', 'like', `%:${pid}:%`)
    .execute();
  expect(attempts.length).toBeGreaterThan(0);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(attempts.length);
  expect(events.at(-1)?.kind).toBe('run.completed');
}

const counts = async () => (await site.runtime.store.getStats()).byStatus;
const processed = async () => {
  const { completed, failed } = await counts();
  return completed + failed;
};

describe('two workers on one queue, one killed with kill -9 half-way', () => {
  it('complete every item, once, with one record each', async () => {
    const total = 300;
    const runId = await launch(total, { latency_ms: 20 });
    const victim = worker(['--concurrency', '4']);
    const survivor = worker(['--concurrency', '4']);
    await until('a third is done', async () => (await processed()) >= total / 3);
    const { db } = site.runtime;
    const holding = db.q
      .selectFrom('work_items')
      .select('work_item_id')
      .where('status', '=', 'in_progress')
      .where('lease_owner', 'like', `%:${victim.process.pid}:%`);
    await until('it holds items', async () => (await holding.execute()).length > 0);
    victim.process.kill('SIGKILL');
    expect((await victim.ended).signal).toBe('SIGKILL');

    await until('the run has ended', async () => (await getRun(db, runId))?.status === 'completed');
    survivor.process.kill('SIGTERM');
    expect((await survivor.ended).code).toBe(0);

    expect(await counts()).toMatchObject({
      pending: 0,
      in_progress: 0,
      failed: 0,
      completed: total,
    });
    const records = await db.q.selectFrom('IngestRecords').select('work_item_id').execute();
    expect(records).toHaveLength(total);
    expect(new Set(records.map((record) => record.work_item_id)).size).toBe(total);
    const run = await getRun(db, runId);
    expect(run).toMatchObject({ itemsProcessed: total, itemsSucceeded: total, itemsFailed: 0 });
    expect(run?.itemsRetried).toBeGreaterThan(0);
    await expectClaimEvents(runId, survivor.process.pid);
  });
});

describe('a lease', () => {
  it('is renewed while its item is worked on, however long that takes', async () => {
    await launch(1, { latency_ms: 8_000 });
    const running = [worker(), worker()];
    await until('it is done', async () => (await counts()).completed === 1);
    for (const { process } of running) process.kill('SIGTERM');
    for (const { ended } of running) await ended;
    const { db } = site.runtime;
    const attempts = await db.q.selectFrom('work_item_attempts').select('outcome').execute();
    expect(attempts).toEqual([{ outcome: 'completed' }]);
  });
});

describe('a stop of everything', () => {
  const stop = (inFlight: 'finish' | 'release') =>
    stopEverything(site.runtime.db, actor, { reason: 'the site complains', inFlight, end: null });

  it('releases what is in flight where that was asked for, and goes on where it stood', async () => {
    await launch(8, { latency_ms: 60_000 });
    const running = worker(['--concurrency', '4']);
    await until('items are in flight', async () => (await counts()).in_progress === 4);
    await stop('release');
    await until('nothing is in flight', async () => (await counts()).in_progress === 0);
    expect(await counts()).toMatchObject({ pending: 8 });
    await until('it says why', () => running.log().includes('waiting: system:test stopped'));
    await goOn(site.runtime.db, actor);
    await until('items are in flight again', async () => (await counts()).in_progress === 4);
    const items = await site.runtime.db.q.selectFrom('work_items').select('attempt').execute();
    expect(Math.max(...items.map(({ attempt }) => attempt))).toBe(1);
  });

  it('lets what is in flight finish otherwise, and a single pass waits for its end', async () => {
    await launch(6, { latency_ms: 1_500 });
    const running = worker(['--concurrency', '2', '--once']);
    await until('items are in flight', async () => (await counts()).in_progress >= 2);
    await stop('finish');
    await until('they are done', async () => (await counts()).in_progress === 0);
    const { completed, pending } = await counts();
    expect(completed).toBeGreaterThanOrEqual(2);
    expect(completed + pending).toBe(6);
    await until('it says why', () => running.log().includes('waiting: system:test stopped'));
    expect((await counts()).pending).toBe(pending);
    await goOn(site.runtime.db, actor);
    expect((await running.ended).code).toBe(0);
    expect((await counts()).completed).toBe(6);
  });
});

describe('a stop', () => {
  it('gives back what cannot finish in time, and signs off, within ten seconds', async () => {
    await launch(8, { latency_ms: 60_000 });
    const running = worker(['--concurrency', '4']);
    await until('items are in flight', async () => (await counts()).in_progress === 4);
    const stoppedAt = performance.now();
    running.process.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
    // What a container is given to stop before it is killed.
    expect(performance.now() - stoppedAt).toBeLessThan(10_000);
    expect(await counts()).toMatchObject({ pending: 8, in_progress: 0 });
    const attempts = await site.runtime.db.q.selectFrom('work_items').select('attempt').execute();
    expect(attempts.every(({ attempt }) => attempt === 0)).toBe(true);
    expect(await listWorkers(site.runtime.db)).toMatchObject([{ state: 'stopped', inFlight: 0 }]);
  });

  it('lets what is nearly done finish', async () => {
    await launch(2, { latency_ms: 1_500 });
    const running = worker();
    await until('items are in flight', async () => (await counts()).in_progress === 2);
    running.process.kill('SIGINT');
    expect((await running.ended).code).toBe(0);
    expect(await counts()).toMatchObject({ completed: 2, pending: 0 });
  });

  it('asked for twice ends at once, and another worker takes over', async () => {
    await launch(2, { latency_ms: 4_000 });
    const running = worker();
    await until('items are in flight', async () => (await counts()).in_progress === 2);
    running.process.kill('SIGTERM');
    await until('it is stopping', () => running.log().includes('stopping'));
    // Signals closer than half a second count as one Ctrl-C that arrived twice.
    await until('it is gone', () => {
      if (running.process.exitCode === null) running.process.kill('SIGTERM');
      return running.process.exitCode !== null;
    });
    expect((await running.ended).code).toBe(143);
    // It waited for neither: they are as they were.
    expect((await counts()).in_progress).toBe(2);
    const next = worker();
    await until('all is done', async () => (await counts()).completed === 2);
    next.process.kill('SIGTERM');
    await next.ended;
  });

  it('is what an operator asks for by draining it', async () => {
    const running = worker();
    await until('it is listed', async () => (await listWorkers(site.runtime.db)).length === 1);
    const [listed] = await listWorkers(site.runtime.db);
    await drainWorker(site.runtime.db, actor, listed?.workerId ?? '');
    expect((await running.ended).code).toBe(0);
    expect(await listWorkers(site.runtime.db)).toMatchObject([{ state: 'stopped' }]);
  });

  it('can be taken back: the worker claims again', async () => {
    const running = worker();
    await until('it is listed', async () => (await listWorkers(site.runtime.db)).length === 1);
    const [listed] = await listWorkers(site.runtime.db);
    await drainWorker(site.runtime.db, actor, listed?.workerId ?? '');
    await until('it knows', () => running.log().includes('nothing more is claimed'));
    await launch(2);
    await keepWorker(site.runtime.db, actor, listed?.workerId ?? '');
    await until('they are done', async () => (await counts()).completed === 2);
    expect(await listWorkers(site.runtime.db)).toMatchObject([{ state: 'running' }]);
  });
});

describe('worker --once', () => {
  it('ends when nothing is left, having waited for polite slots, and the run has ended', async () => {
    const runId = await launch(4, { rate_limit_delay: 0.2 });
    const ended = await worker(['--once']).ended;
    expect(ended.code).toBe(0);
    expect(await counts()).toMatchObject({ completed: 4, pending: 0 });
    expect(await getRun(site.runtime.db, runId)).toMatchObject({
      status: 'completed',
      endReason: 'finished',
    });
  });

  it('waits for retries that are due within a minute', async () => {
    await launch(1, { fail_ids: ['test_resource_001'], max_retries: 1 });
    expect((await worker(['--once']).ended).code).toBe(3);
    expect(await counts()).toMatchObject({ failed: 1, pending: 0 });
    const item = await site.runtime.db.q
      .selectFrom('work_items')
      .select(['attempt', 'error_code'])
      .executeTakeFirst();
    expect(item).toEqual({ attempt: 2, error_code: 'http_server_error' });
  });

  it('waits for the leases of a worker that is gone', async () => {
    const runId = await launch(2);
    const { db } = site.runtime;
    const item = await db.q.selectFrom('work_items').select('work_item_id').executeTakeFirst();
    await db.q
      .updateTable('work_items')
      .set({
        status: 'in_progress',
        attempt: 1,
        lease_id: 'gone-1',
        lease_owner: 'gone:1:0',
        lease_until: db.engine.nowPlus(3_000),
        claimed_at: db.engine.now(),
      })
      .where('work_item_id', '=', item?.work_item_id ?? '')
      .execute();
    expect((await worker(['--once']).ended).code).toBe(0);
    expect(await counts()).toMatchObject({ completed: 2, pending: 0, in_progress: 0 });
    expect(await getRun(db, runId)).toMatchObject({ status: 'completed' });
  });

  it('leaves items to a worker that is at work, and says so', async () => {
    await launch(1, { latency_ms: 90_000 });
    const busy = worker();
    await until('it has the item', async () => (await counts()).in_progress === 1);
    const once = await worker(['--once']).ended;
    expect(once.code).toBe(4);
    expect(once.stderr).toMatch(/1 are in the hands of other workers/);
    busy.process.kill('SIGTERM');
    await busy.ended;
  });

  it('does not wait for what comes much later, and says so', async () => {
    await launch(2);
    const { db } = site.runtime;
    const item = await db.q.selectFrom('work_items').select('work_item_id').executeTakeFirst();
    await db.q
      .updateTable('work_items')
      .set({ wait_reason: 'backoff', available_at: db.engine.nowPlus(3_600_000) })
      .where('work_item_id', '=', item?.work_item_id ?? '')
      .execute();
    const ended = await worker(['--once']).ended;
    expect(ended.code).toBe(4);
    expect(ended.stderr).toMatch(/1 wait for a retry/);
    expect(await counts()).toMatchObject({ completed: 1, pending: 1 });
  });

  it('ends at once on an empty queue', async () => {
    expect((await worker(['--once']).ended).code).toBe(0);
  });
});

describe('a worker that is called wrongly', () => {
  it.each([
    ['an option that does not exist', ['--fast'], {}, /✗ usage: Unknown option '--fast'/],
    ['a number out of range', ['--concurrency', '0'], {}, /✗ usage: .*whole number from 1 to 200/],
    [
      'a wrong variable',
      [],
      { INGEST_LEASE_SECONDS: 'soon' },
      /config_invalid: .*INGEST_LEASE_SECONDS/,
    ],
    [
      'a configuration file that is missing',
      ['--config', 'none.yaml'],
      {},
      /config_file_unreadable/,
    ],
  ])('with %s says so and exits with 1', async (_, args, env, message) => {
    const ended = await worker(args, env as Record<string, string>).ended;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  });
});
