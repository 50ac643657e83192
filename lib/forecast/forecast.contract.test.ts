import { describe, expect, it } from 'vitest';
import { newId } from '#lib/ids.ts';
import { finishRuns } from '#lib/runs/finish-runs.ts';
import { prepareRuns } from '#lib/runs/prepare-runs.ts';
import { runDueSchedules } from '#lib/schedules/run-due-schedules.ts';
import { listSchedules, saveSchedule } from '#lib/schedules/schedules.ts';
import { pauseSource } from '#lib/sources/lifecycle.ts';
import { operator, useRuns } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { givenBlockedHost, passTime } from '#test/queue-database.ts';
import { readForecast } from './read-forecast.ts';

const hourMs = 3_600_000;

describe.each(contractEngines())('the forecast on $name', (engine) => {
  const { given, claim, complete, runOf } = useRuns(engine);

  /** Items that were fetched a week ago and come due in so many hours. */
  const givenDue = async (count: number, inHours: number, host = 'site.example') => {
    const items = Array.from({ length: count }, () =>
      aWorkItem({ workItemId: newId(), requestUri: `https://${host}/${newId()}` }),
    );
    await given.store.enqueueMany(items);
    const { engine: words } = given.db;
    for (const { workItemId = '' } of items) {
      await given.db.q
        .updateTable('work_items')
        .set({
          status: 'completed',
          last_fetched_at: words.nowPlus(-168 * hourMs),
          next_fetch_at: words.nowPlus(inHours * hourMs - 60_000),
        })
        .where('work_item_id', '=', workItemId)
        .execute();
    }
  };
  const givenSchedule = async (inHours: number, over: object = {}) => {
    const scheduleId = await saveSchedule(given.db, operator, {
      name: 'due ones',
      cron: '0 0 1 1 *',
      timezone: 'UTC',
      enabled: true,
      request: { kind: 'recrawl', due: true, sources: ['sample'], ...over },
    });
    await given.db.q
      .updateTable('schedules')
      .set({ next_at: given.db.engine.nowPlus(inHours * hourMs) })
      .where('schedule_id', '=', scheduleId)
      .execute();
    return scheduleId;
  };
  const clearSchedules = () => given.db.q.deleteFrom('schedules').execute();
  const setPace = (host: string, paceMs: number) =>
    given.db.q
      .insertInto('hosts')
      .values({ host, pace_ms: paceMs, updated_at: given.db.engine.now() })
      .execute();

  it('says what each launch takes, and the workers do just that when the hours have passed', async () => {
    await clearSchedules();
    await givenDue(4, -1);
    await givenDue(3, 2);
    await givenDue(2, 5);
    await givenDue(6, 9);
    const launchHours = [1, 3, 6];
    for (const hour of launchHours) await givenSchedule(hour);
    const forecast = await readForecast(given.db, '24h');
    const told = forecast.launches.map(({ items }) => items);
    expect(forecast.sources).toEqual([
      { name: 'sample', due: 15, isAtLeast: false, untaken: 6, isScheduled: true },
    ]);
    const sent = forecast.hosts.find(({ host }) => host === 'site.example');
    expect(sent?.total).toBe(9);

    const done: number[] = [];
    let passed = 0;
    for (const hour of launchHours) {
      const elapsed = (hour - passed) * hourMs;
      passed = hour;
      await passTime(given.db, elapsed);
      const q = given.db.q;
      for (const { scheduleId, nextAt } of await listSchedules(given.db)) {
        const at = new Date(Date.parse(nextAt ?? '') - elapsed).toISOString();
        await q
          .updateTable('schedules')
          .set({ next_at: given.db.engine.instantParam(at) })
          .where('schedule_id', '=', scheduleId)
          .execute();
      }
      expect(await runDueSchedules(given.db)).toBe(1);
      await prepareRuns(given.db);
      const launched = await q
        .selectFrom('ingest_runs')
        .select('run_id')
        .where('status', '=', 'running')
        .executeTakeFirstOrThrow();
      done.push((await runOf(launched.run_id)).itemsTotal);
      for (const item of await claim(50)) await complete(item);
      await finishRuns(given.db);
    }
    expect(done).toEqual(told);
    expect(done).toEqual([4, 3, 2]);
  });

  it('says what does not fit, and why', async () => {
    await clearSchedules();
    await givenDue(30, -1, 'slow.example');
    await givenDue(5, -1, 'blocked.example');
    await setPace('slow.example', hourMs);
    await givenBlockedHost(given.db, 'blocked.example', 48 * hourMs);
    await givenSchedule(0);
    const { left, hosts } = await readForecast(given.db, '24h');
    expect(hosts.find(({ host }) => host === 'slow.example')?.total).toBe(24);
    expect(left).toEqual([
      { source: 'sample', host: 'slow.example', requests: 6, obstacle: 'host pace' },
      { source: 'sample', host: 'blocked.example', requests: 5, obstacle: 'host closed' },
    ]);
    await pauseSource(given.db, operator, 'sample');
    const paused = await readForecast(given.db, '7d');
    expect(new Set(paused.left.map(({ obstacle }) => obstacle))).toEqual(
      new Set(['source closed']),
    );
  });

  it('of what no schedule takes says so, and of a source with a queue what is asked', async () => {
    await clearSchedules();
    await givenDue(3, 2);
    await given.store.enqueueMany(
      Array.from({ length: 4 }, () =>
        aWorkItem({ requestUri: `https://queue.example/${newId()}` }),
      ),
    );
    const { sources, hosts, launches } = await readForecast(given.db, '24h');
    expect(launches).toEqual([]);
    expect(sources).toMatchObject([{ due: 3, untaken: 3, isScheduled: false }]);
    expect(hosts).toMatchObject([{ host: 'queue.example', total: 4 }]);
    expect(hosts[0]?.requests[0]).toBe(4);
  });
});
