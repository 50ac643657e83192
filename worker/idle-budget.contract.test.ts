import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heartbeatEveryMs } from '#lib/workers/model.ts';
import { registerWorker } from '#lib/workers/presence.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { givenBlockedHost } from '#test/queue-database.ts';
import { listenToDrivers } from '#test/tsql/drivers.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';
import { DiskGuard } from './disk-guard.ts';
import { Drain } from './drain.ts';
import { readDueWork } from './due-work.ts';
import { type DutyParts, dutiesOfClock, dutiesOfPulse, pulseOf } from './duties.ts';
import { InFlight } from './in-flight.ts';
import { pulseMs } from './pulse.ts';
import { createStop } from './stop.ts';

/** What goes to the server: statements, and the begin and end of each transaction. */
let sent = 0;
const count = () => {
  sent += 1;
};
await listenToDrivers({ begun: count, ended: count, sent: count });

async function sentBy(act: () => Promise<unknown>): Promise<number> {
  const before = sent;
  await act();
  return sent - before;
}

describe.each(contractEngines())('an idle worker on $name', (engine) => {
  const openBench = usePipeline(engine);
  let bench: PipelineBench;
  let parts: DutyParts;
  beforeEach(async () => {
    bench = await openBench();
    const { workerId, db } = bench.context;
    await registerWorker(db, { workerId, hostName: 'a', pid: 1, version: '1', concurrency: 4 });
    const inFlight = new InFlight({ concurrency: 4, begin: () => [] });
    parts = {
      inFlight,
      figures: { rescued: 0 },
      drain: new Drain(inFlight, createStop(), bench.context.log),
      ended: AbortSignal.abort(),
      // An embedded database lies on a disk of this machine, which no statement is for.
      disks: new DiskGuard(
        {
          places: [{ what: 'the database', path: engine.name === 'sqlite' ? tmpdir() : null }],
          pauseBelowBytes: 1,
        },
        bench.context.log,
      ),
      outgoing: { ...bench.context, smtp: null, consoleOrigin: null },
    };
  });
  afterEach(() => bench.dispose());

  it('sends one statement a beat when nothing is due', async () => {
    const pulse = pulseOf(bench.context, parts);
    // The first beat begins what is due in any case.
    await pulse.beat(bench.context.db);
    await pulse.settled();
    const beats = await sentBy(async () => {
      for (let beat = 0; beat < 5; beat += 1) {
        await pulse.beat(bench.context.db);
        await pulse.settled();
      }
    });
    expect(beats).toBe(5);
  });

  it('sends at most 90 statements a minute', async () => {
    const { context } = bench;
    const pulse = pulseOf(context, parts);
    await pulse.beat(context.db);
    await pulse.settled();
    const beside = dutiesOfPulse(context, parts).filter(({ atMostMs }) => atMostMs !== undefined);
    const byClock = dutiesOfClock(context, parts);
    // Rows that say when something was done last are there after the first round.
    const quiet = await readDueWork(context.db, context.workerId);
    for (const duty of byClock) await duty.run();
    for (const duty of beside) await duty.run(quiet);
    const { q, engine } = context.db;
    await q
      .updateTable('attempt_count_head')
      .set({ minutes_to: engine.nowPlus(-600_000) })
      .execute();

    let aMinute = (60_000 / pulseMs) * (await sentBy(() => pulse.beat(context.db)));
    await q.updateTable('totals_checks').set({ checked_at: null }).execute();
    // Looked at all the time, but asked for twice a minute.
    aMinute += 2 * (await sentBy(() => parts.disks?.look(context.db) ?? Promise.resolve()));
    for (const duty of byClock) {
      aMinute += (60_000 / duty.everyMs) * (await sentBy(duty.run));
    }
    // The queue is compared by one worker a minute; the others of the pulse, when ten minutes have passed.
    for (const duty of beside) {
      const isQueue = duty.what === 'compare the queue with the items';
      const everyMs = isQueue ? 60_000 : Number(duty.atMostMs);
      aMinute += (60_000 / everyMs) * (await sentBy(() => duty.run(quiet)));
    }
    // A worker that finds nothing claims once a minute all the same.
    aMinute += await sentBy(() => context.store.claimPolitely(4, { owner: 'a', leaseMs: 60_000 }));
    expect(aMinute).toBeGreaterThan(60_000 / pulseMs + 60_000 / heartbeatEveryMs);
    expect(aMinute).toBeLessThanOrEqual(90);
    // Of the server; each process has as many as it needs at the same time, and no more.
    const { used, free } = context.db.stats.pool();
    expect(used).toBe(0);
    expect(free).toBeLessThanOrEqual(3);
  });

  it('is woken by what may be claimed, and by an item whose time has come', async () => {
    const { context } = bench;
    const pulse = pulseOf(context, parts);
    const signal = new AbortController().signal;
    const woken = () => pulse.untilClaimable(signal, 600_000).then(() => true);
    await bench.seed({ settings: { resources: 5 }, seeds: [{ ids: ['one'] }] });
    const first = woken();
    await pulse.beat(context.db);
    expect(await first).toBe(true);
    await context.db.q
      .updateTable('work_items')
      .set({
        wait_reason: 'backoff',
        available_at: context.db.engine.nowPlus(-1_000),
      })
      .execute();
    const second = woken();
    await pulse.beat(context.db);
    expect(await second).toBe(true);
  });

  it('ends blocks that are over, and notes workers that fell silent', async () => {
    const { db } = bench.context;
    await givenBlockedHost(db, 'a.example', -1_000);
    const longAgo = { heartbeat_at: db.engine.nowPlus(-3_600_000) };
    await db.q.updateTable('workers').set(longAgo).execute();
    const pulse = pulseOf(bench.context, parts);
    await pulse.beat(db);
    await pulse.settled();
    const host = await db.q.selectFrom('hosts').select('blocked_until').executeTakeFirst();
    expect(host).toEqual({ blocked_until: null });
    const worker = await db.q.selectFrom('workers').select('lost_at').executeTakeFirst();
    expect(worker?.lost_at).toEqual(expect.any(String));
  });

  it('advances a run at the first beat after its launch', async () => {
    const { context } = bench;
    await context.db.q
      .insertInto('ingest_runs')
      .values({
        run_id: '01920000-0000-7000-8000-000000000001',
        status: 'running',
        phase: 'ready',
        started_at: context.db.engine.now(),
        heartbeat_at: context.db.engine.now(),
      })
      .execute();
    const pulse = pulseOf(context, parts);
    await pulse.beat(context.db);
    await pulse.settled();
    const run = await context.db.q.selectFrom('ingest_runs').select('status').executeTakeFirst();
    expect(run?.status).toBe('completed');
  });
});
