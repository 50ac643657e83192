import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { clearBlock, endBlocks } from '#lib/hosts/blocks.ts';
import { newId } from '#lib/ids.ts';
import type { ClaimedItem } from '#lib/queue/model.ts';
import { recordProgress } from '#lib/runs/record-progress.ts';
import { noFaults } from '#lib/workers/model.ts';
import { expireSilentWorkers, heartbeat, registerWorker, signOff } from '#lib/workers/presence.ts';
import { useRuns } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aWorkItem } from '#test/factories.ts';
import { passTime } from '#test/queue-database.ts';
import { listEvents } from './list-events.ts';

describe.each(contractEngines())('what is told of the loop on $name', (engine) => {
  const { given, launchSeed, claim, complete } = useRuns(engine);

  const told = async () =>
    (await listEvents(given.db)).events.map(({ kind, message }) => `${kind}: ${message}`);
  const kinds = async () => (await listEvents(given.db)).events.map(({ kind }) => kind);
  const twice = async (work: (db: typeof given.db) => Promise<number>) => {
    const other = await given.another();
    const counts = await Promise.all([work(given.db), work(other.db)]);
    return counts.reduce((a, b) => a + b);
  };

  describe('of hosts', () => {
    const askToWait = (item: ClaimedItem) =>
      given.store.fail({
        fence: { workItemId: item.workItemId, leaseId: item.leaseId },
        attempt: anAttempt({ httpStatus: 429 }),
        errorCode: 'http_rate_limited',
        errorMessage: 'The server asked us to slow down.',
        decision: { kind: 'retry', delayMs: 60_000 },
        blockHostMs: 60_000,
      });

    test('that one is left alone, once for all that was under way, and when that is over', async () => {
      await given.store.enqueueMany([aWorkItem(), aWorkItem()]);
      for (const item of await claim(2)) await askToWait(item);
      expect(await told()).toEqual([
        'host.blocked: source.example is left alone for 60 s: The server asked us to slow down.',
        'item.retried: The server asked us to slow down.',
        'item.retried: The server asked us to slow down.',
      ]);
      expect(await endBlocks(given.db)).toBe(0);
      await passTime(given.db, 61_000);
      expect(await twice(endBlocks)).toBe(1);
      expect((await told()).at(-1)).toBe('host.unblocked: source.example may be asked again.');
      expect(await endBlocks(given.db)).toBe(0);
    });

    test('that a person has ended its wait', async () => {
      await given.store.enqueue(aWorkItem());
      for (const item of await claim(1)) await askToWait(item);
      await clearBlock(
        given.db,
        { ...systemActor('ops'), email: 'ops@example.org' },
        'source.example',
      );
      expect((await told()).at(-1)).toBe(
        'host.unblocked: ops@example.org lets workers ask source.example again.',
      );
    });
  });

  describe('of workers', () => {
    const figures = {
      inFlight: 0,
      itemsCompleted: 7,
      itemsFailed: 1,
      facts: {
        rescued: 0,
        retried: 0,
        lost: 0,
        released: 0,
        recent: noFaults,
        pool: null,
        clockSkewMs: null,
        lowDisk: null,
      },
    };
    const start = async () => {
      const workerId = newId();
      const worker = { workerId, hostName: 'node-1', pid: 42, version: '1', concurrency: 4 };
      await registerWorker(given.db, worker);
      // The answer was lost, and it is asked again.
      await registerWorker(given.db, worker);
      return workerId;
    };
    const fallSilent = (workerId: string) =>
      given.db.q
        .updateTable('workers')
        .set({ heartbeat_at: given.db.engine.nowPlus(-60_000) })
        .where('worker_id', '=', workerId)
        .execute();

    test('that one starts and ends', async () => {
      const workerId = await start();
      await signOff(given.db, workerId, figures);
      await signOff(given.db, workerId, figures);
      expect(await told()).toEqual([
        'worker.started: The worker node-1 (42) has started.',
        'worker.stopped: A worker has ended, with 7 items completed and 1 failed.',
      ]);
      await fallSilent(workerId);
      expect(await expireSilentWorkers(given.db)).toBe(0);
    });

    test('that one fell silent: once, and again when it came back and fell silent again', async () => {
      const workerId = await start();
      expect(await expireSilentWorkers(given.db)).toBe(0);
      await fallSilent(workerId);
      expect(await twice(expireSilentWorkers)).toBe(1);
      expect((await told()).at(-1)).toBe(
        'worker.lost: The worker node-1 (42) fell silent. Its leased items go back to the queue.',
      );
      await heartbeat(given.db, workerId, figures);
      await fallSilent(workerId);
      expect(await expireSilentWorkers(given.db)).toBe(1);
    });
  });

  describe('of runs', () => {
    const minutesPass = (minutes: number) => {
      const back = (column: string) => given.db.engine.addMs(sql.ref(column), -minutes * 60_000);
      return given.db.q
        .updateTable('ingest_runs')
        .set({
          started_at: back('started_at'),
          progress_at: back('progress_at'),
          heartbeat_at: back('heartbeat_at'),
        })
        .execute();
    };

    test('how far one has come: once a minute at most, and when anything has changed', async () => {
      const rollUp = () => given.db.engine.rollUpTotals(given.db);
      await launchSeed();
      expect(await recordProgress(given.db)).toBe(0);
      const [first, second] = await claim(2);
      if (!first || !second) throw new Error('too few items');
      await complete(first);
      await rollUp();
      await minutesPass(1);
      expect(await twice(recordProgress)).toBe(1);
      expect((await told()).at(-1)).toBe(
        'run.progress: 1 of 5 items done, 0 of them failed; 1 claimed by workers, 0 discovered.',
      );
      await complete(second);
      await rollUp();
      expect(await recordProgress(given.db)).toBe(0);
      await minutesPass(1);
      expect(await recordProgress(given.db)).toBe(1);
      await minutesPass(10);
      expect(await recordProgress(given.db)).toBe(0);
    });

    test('the older it is, the more seldom', async () => {
      const { runId } = await launchSeed();
      await minutesPass(200);
      const items = await claim(3);
      for (const item of items) {
        await complete(item);
        await minutesPass(2);
        await recordProgress(given.db);
      }
      const progress = (await kinds()).filter((kind) => kind === 'run.progress');
      expect(progress).toHaveLength(1);
      expect((await listEvents(given.db, { runId })).events.length).toBe(2);
    });
  });
});
