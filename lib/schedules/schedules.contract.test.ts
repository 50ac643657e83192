import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from '#db/engine.ts';
import { systemActor } from '#lib/actor/model.ts';
import { createStateStore } from '#lib/queue/create-state-store.ts';
import { getRun } from '#lib/runs/run-row.ts';
import { ensureSampleSource } from '#lib/sources/save-source.ts';
import { goOn, stopEverything } from '#lib/stops/stop-everything.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import type { ScheduleInput } from './model.ts';
import { runDueSchedules } from './run-due-schedules.ts';
import { deleteSchedule, listSchedules, saveSchedule } from './schedules.ts';

const actor = systemActor('test');

describe.each(contractEngines())('schedules on $name', (engine) => {
  let database: ContractDatabase;
  let db: Db;

  beforeAll(async () => {
    database = await engine.create();
    db = database.db;
    await ensureSampleSource(db);
  });
  afterAll(() => database.dispose());
  beforeEach(async () => {
    await db.q.deleteFrom('schedules').execute();
    await db.q.updateTable('ingest_runs').set({ status: 'completed' }).execute();
  });

  const input = (change: Partial<ScheduleInput> = {}): ScheduleInput => ({
    name: 'Nightly',
    cron: '0 3 * * *',
    timezone: 'UTC',
    enabled: true,
    request: { kind: 'seed', sources: ['Sample'] },
    ...change,
  });
  const comeDue = () =>
    db.q
      .updateTable('schedules')
      .set({ next_at: db.engine.nowPlus(-3 * 24 * 3_600_000) })
      .execute();
  const only = async () => {
    const [schedule] = await listSchedules(db);
    if (!schedule) throw new Error('a schedule was to be there');
    return schedule;
  };
  const countRuns = async () =>
    (await db.q.selectFrom('current_runs').select('run_id').execute()).length;

  it('launch nothing before their time', async () => {
    await saveSchedule(db, actor, input());
    expect(await runDueSchedules(db)).toBe(0);
    expect((await only()).nextAt).toMatch(/T03:00:00\.000Z$/);
  });

  it('launch one run for one occurrence, however many workers look at once', async () => {
    await saveSchedule(db, actor, input());
    const runs = await countRuns();
    await comeDue();
    const other = await database.openAnother();
    await Promise.all([runDueSchedules(db), runDueSchedules(other)]);
    expect(await countRuns()).toBe(runs + 1);
    const schedule = await only();
    expect(schedule).toMatchObject({ lastOutcome: 'launched', lastRunId: expect.any(String) });
    expect(Date.parse(schedule.nextAt ?? '')).toBeGreaterThan(Date.parse(schedule.lastAt ?? ''));
  });

  it('leave an occurrence out while the run before still goes on', async () => {
    await saveSchedule(db, actor, input());
    await comeDue();
    await runDueSchedules(db);
    const runs = await countRuns();
    await comeDue();
    expect(await runDueSchedules(db)).toBe(0);
    expect(await countRuns()).toBe(runs);
    expect((await only()).lastOutcome).toMatch(/still going/);
  });

  it('note why a run could not be launched, and go on with the next time', async () => {
    await saveSchedule(db, actor, input({ request: { kind: 'retry', sources: ['Sample'] } }));
    await comeDue();
    expect(await runDueSchedules(db)).toBe(0);
    const schedule = await only();
    expect(schedule.lastOutcome).toMatch(/^not launched: /);
    expect(schedule.lastRunId).toBeNull();
    expect(schedule.nextAt).not.toBeNull();
  });

  it('launch a recrawl of what is due within its budget, and say so when nothing is', async () => {
    await saveSchedule(
      db,
      actor,
      input({
        request: {
          kind: 'recrawl',
          sources: ['Sample'],
          due: true,
          maxRequests: 50,
          maxMinutes: 60,
        },
      }),
    );
    await comeDue();
    expect(await runDueSchedules(db)).toBe(0);
    expect((await only()).lastOutcome).toBe(
      'not launched: There is nothing to recrawl: nothing is due.',
    );
    const store = await createStateStore({ db });
    const [id = ''] = await store.enqueueMany([
      aWorkItem({ sourceSystem: 'test', sourceName: 'Sample' }),
    ]);
    const at = db.engine.nowPlus(-1_000);
    await db.q
      .updateTable('work_items')
      .set({ status: 'completed', last_fetched_at: at, next_fetch_at: at })
      .where('work_item_id', '=', id)
      .execute();
    await comeDue();
    expect(await runDueSchedules(db)).toBe(1);
    const run = await getRun(db, (await only()).lastRunId ?? '');
    expect(run).toMatchObject({ kind: 'recrawl', maxRequests: 50, deadlineAt: expect.any(String) });
  });

  it('launch nothing while everything is stopped, and once when it goes on', async () => {
    await saveSchedule(db, actor, input());
    await comeDue();
    await stopEverything(db, actor, { reason: 'the disk is full', inFlight: 'finish', end: null });
    expect(await runDueSchedules(db)).toBe(0);
    expect(await only()).toMatchObject({ lastAt: null, lastOutcome: null });
    await goOn(db, actor);
    expect(await runDueSchedules(db)).toBe(1);
    expect(await runDueSchedules(db)).toBe(0);
  });

  it('launch nothing while disabled', async () => {
    const scheduleId = await saveSchedule(db, actor, input());
    await saveSchedule(db, actor, input({ enabled: false }), { scheduleId });
    await comeDue();
    expect(await runDueSchedules(db)).toBe(0);
  });

  it('name only sources that exist', async () => {
    const unknown = input({ request: { kind: 'seed', sources: ['Nowhere'] } });
    await expect(saveSchedule(db, actor, unknown)).rejects.toMatchObject({
      fields: { 'request.sources': 'There is no source named Nowhere.' },
    });
  });

  it('are changed by those who may', async () => {
    const viewer = { userId: 'v', email: 'v@example.org', role: 'viewer' } as const;
    await expect(saveSchedule(db, viewer, input())).rejects.toMatchObject({ code: 'forbidden' });
    const scheduleId = await saveSchedule(db, actor, input());
    await expect(deleteSchedule(db, viewer, scheduleId)).rejects.toMatchObject({
      code: 'forbidden',
    });
    await deleteSchedule(db, actor, scheduleId);
    expect(await listSchedules(db)).toEqual([]);
    await expect(deleteSchedule(db, actor, scheduleId)).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
