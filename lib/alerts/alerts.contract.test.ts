import { beforeEach, describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { newId } from '#lib/ids.ts';
import { pauseSource, resumeSource } from '#lib/sources/lifecycle.ts';
import { goOn, stopEverything } from '#lib/stops/stop-everything.ts';
import { registerWorker } from '#lib/workers/presence.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { sourceRow } from '#test/db/source-row.ts';
import { aWorkItem } from '#test/factories.ts';
import { useStore } from '#test/queue-database.ts';
import { dryRunRule } from './dry-run.ts';
import { evaluateAlerts, evaluateInTurn } from './evaluate.ts';
import { acknowledgeAlert, listAlerts } from './list-alerts.ts';
import { measureEndedRuns, purgeOldMeasures, readMeasures } from './measure-runs.ts';
import { readAlertFacts } from './read-facts.ts';
import { readRuleSettings, saveRuleSettings } from './rule-settings.ts';

const actor = systemActor('test');
const viewer = { userId: 'u1', email: 'v@example.org', role: 'viewer' } as const;
const minuteMs = 60_000;

describe.each(contractEngines())('alerts on $name', (engine) => {
  const t = useStore(engine);
  beforeEach(async () => {
    for (const table of ['alerts', 'alert_rules', 'run_measures', 'attempt_counts'] as const) {
      await t.db.q.deleteFrom(table).execute();
    }
  });
  const past = (ms: number) => t.db.engine.nowPlus(-ms);
  const openRules = async () => (await listAlerts(t.db, 'open')).map(({ rule }) => rule);
  const messages = async () =>
    (
      await t.db.q.selectFrom('events').select(['kind', 'message']).orderBy('event_id').execute()
    ).filter(({ kind }) => kind.startsWith('alert.'));
  const endedRun = async (agoMs: number, over: { status?: 'failed'; total?: number } = {}) => {
    const runId = newId();
    await t.db.q
      .insertInto('ingest_runs')
      .values({
        run_id: runId,
        status: over.status ?? 'completed',
        phase: 'ready',
        end_reason: over.status ? 'error' : 'finished',
        started_at: past(agoMs + 10 * minuteMs),
        completed_at: past(agoMs),
        heartbeat_at: past(agoMs),
        items_total: over.total ?? 100,
        items_succeeded: over.total ?? 100,
        source_revisions: '{"wiki":1}',
        request: '{"kind":"seed","sources":["wiki"]}',
        error_message: over.status ? 'The disk was full.' : null,
      })
      .execute();
    return runId;
  };
  const givenSource = () =>
    t.db.q.insertInto('sources').values(sourceRow(t.db.engine, 'wiki')).execute();

  it('counts how fresh a source is from its last change, or from when everything went on', async () => {
    await givenSource();
    const since = async () => (await readAlertFacts(t.db)).activeSources.get('wiki') ?? '';
    const changedAt = await since();
    await stopEverything(t.db, actor, { reason: 'the host moves', inFlight: 'finish', end: null });
    const whileStopped = await readAlertFacts(t.db);
    expect(whileStopped.activeSources.get('wiki')).toBe(whileStopped.now);
    await goOn(t.db, actor);
    expect((await since()) >= whileStopped.now).toBe(true);
    expect(changedAt <= whileStopped.now).toBe(true);
    await pauseSource(t.db, actor, 'wiki', {});
    expect(await since()).toBe('');
    await resumeSource(t.db, actor, 'wiki');
    expect((await since()) >= whileStopped.now).toBe(true);
  });

  it('finds nothing wrong where nothing is, not even a past', async () => {
    expect(await evaluateAlerts(t.db)).toEqual({ opened: 0, closed: 0 });
  });

  it('tells once that no worker is alive, and closes the alert when it has been over for a while', async () => {
    await t.store.enqueue(aWorkItem());
    expect(await evaluateAlerts(t.db)).toEqual({ opened: 1, closed: 0 });
    expect(await evaluateAlerts(t.db)).toEqual({ opened: 0, closed: 0 });
    expect(await listAlerts(t.db, 'open')).toMatchObject([
      {
        rule: 'no_worker',
        subject: 'workers',
        seen: 2,
        evidence: { 'Items waiting': 1 },
        href: '/workers',
      },
    ]);
    await registerWorker(t.db, {
      workerId: 'w',
      hostName: 'a',
      pid: 1,
      version: '1',
      concurrency: 1,
    });
    expect(await evaluateAlerts(t.db)).toEqual({ opened: 0, closed: 0 });
    await t.db.q
      .updateTable('alerts')
      .set({ seen_at: past(11 * minuteMs) })
      .execute();
    expect(await evaluateAlerts(t.db)).toEqual({ opened: 0, closed: 1 });
    expect(await listAlerts(t.db, 'closed')).toHaveLength(1);
    expect((await messages()).map(({ kind }) => kind)).toEqual(['alert.opened', 'alert.closed']);
  });

  it('makes one alert of ten thousand failures in a second, however many evaluate at once', async () => {
    await t.db.q
      .insertInto('attempt_counts')
      .values({
        unit: 'minute',
        starts_at: past(2 * minuteMs),
        count_id: newId(),
        source_system: 'test',
        source_name: 'wiki',
        outcome: 'failed',
        error_code: 'http_server_error',
        http_status: 503,
        host: 'wiki.example',
        attempts: 10_000,
        last_at: past(2 * minuteMs),
        last_attempt_id: newId(),
      })
      .execute();
    await Promise.all([evaluateAlerts(t.db), evaluateAlerts(t.db), evaluateAlerts(t.db)]);
    expect(await listAlerts(t.db, 'open')).toMatchObject([
      { rule: 'failure_rate', sourceName: 'wiki', evidence: { Attempts: 10_000, Failed: 10_000 } },
    ]);
    expect(await messages()).toHaveLength(1);
  });

  it('is evaluated by one process at a time, and not again before its time', async () => {
    await t.db.q
      .updateTable('alert_state')
      .set({ due_at: past(1_000) })
      .execute();
    const turns = await Promise.all([
      evaluateInTurn(t.db),
      evaluateInTurn(t.db),
      evaluateInTurn(t.db),
    ]);
    expect(turns.filter((turn) => turn !== null)).toHaveLength(1);
    expect(await evaluateInTurn(t.db)).toBeNull();
  });

  it('measures each ended run once, and tells of one that failed or yielded little, by its own past', async () => {
    await givenSource();
    for (let day = 20; day >= 1; day -= 1) await endedRun(day * 24 * 60 * minuteMs);
    expect(await measureEndedRuns(t.db)).toBe(20);
    expect(await measureEndedRuns(t.db)).toBe(0);
    expect(await evaluateAlerts(t.db)).toEqual({ opened: 0, closed: 0 });
    await endedRun(minuteMs, { total: 7 });
    await evaluateAlerts(t.db);
    expect(await listAlerts(t.db, 'open')).toMatchObject([
      { rule: 'yield_fell', sourceName: 'wiki', evidence: { Items: 7, Usual: 100 } },
    ]);
    await endedRun(0, { status: 'failed' });
    await evaluateAlerts(t.db);
    expect(await openRules()).toContain('run_failed');
    const measures = await readMeasures(t.db);
    expect(new Set(measures.map(({ scope }) => scope)).size).toBe(1);
    expect(measures.at(-1)).toMatchObject({
      status: 'failed',
      errorMessage: 'The disk was full.',
      label: 'wiki',
    });
  });

  it('says how often a rule would have told in the last 30 days, and that there was nothing to judge', async () => {
    expect(await dryRunRule(t.db, actor, 'yield_fell', {})).toEqual({
      runs: 0,
      times: 0,
      told: [],
    });
    for (let day = 40; day >= 1; day -= 1) {
      const total = day === 12 || day === 11 || day === 3 ? 5 : 100;
      await endedRun(day * 24 * 60 * minuteMs, { total });
    }
    while ((await measureEndedRuns(t.db)) > 0);
    const dry = await dryRunRule(t.db, actor, 'yield_fell', {});
    expect(dry.times).toBe(2);
    expect(dry.told[0]?.title).toBe('wiki yielded 5 items instead of 100');
    expect(await dryRunRule(t.db, actor, 'yield_fell', { fall: 100 })).toMatchObject({ times: 0 });
    await expect(dryRunRule(t.db, actor, 'yield_fell', { fall: 101 })).rejects.toMatchObject({
      code: 'input_invalid',
    });
    await expect(dryRunRule(t.db, actor, 'no_worker', {})).rejects.toMatchObject({
      code: 'input_invalid',
    });
  });

  it('looks at what was stored: login pages are told without any past', async () => {
    await givenSource();
    const runId = await endedRun(minuteMs);
    for (let at = 0; at < 6; at += 1) {
      const ingestId = newId();
      const item = newId();
      await t.db.q
        .insertInto('IngestRecords')
        .values({
          ingest_id: ingestId,
          source_system: 'test',
          source_name: 'wiki',
          resource_type: 'page',
          resource_id: `p${at}`,
          request_uri: 'https://wiki.example/',
          request_method: 'GET',
          status_code: 200,
          payload: `<html><title>Sign in</title><form>${at}<input type="password"></form></html>`,
          fetched_at_utc: past(minuteMs),
          attempt: 1,
        })
        .execute();
      await t.db.q
        .insertInto('work_item_attempts')
        .values({
          attempt_id: newId(),
          work_item_id: item,
          source_system: 'test',
          source_name: 'wiki',
          run_id: runId,
          attempt: 1,
          started_at: past(minuteMs),
          finished_at: past(minuteMs),
          outcome: 'completed',
          ingest_id: ingestId,
        })
        .execute();
    }
    await evaluateAlerts(t.db);
    expect(await listAlerts(t.db, 'open')).toMatchObject([
      { rule: 'block_page', evidence: { Sampled: 6, 'Look like login or block pages': '100 %' } },
    ]);
  });

  it('tells of a schedule that nobody carries out, and of one that cannot be', async () => {
    const schedule = (name: string, lateMs: number, outcome: string | null) => ({
      schedule_id: newId(),
      name,
      cron: '0 3 * * *',
      timezone: 'UTC',
      enabled: 1 as const,
      request: '{}',
      next_at: past(lateMs),
      last_outcome: outcome,
      created_at: past(0),
      updated_at: past(0),
    });
    await t.db.q.deleteFrom('schedules').execute();
    await t.db.q
      .insertInto('schedules')
      .values(schedule('late', 20 * minuteMs, 'launched'))
      .execute();
    await t.db.q
      .insertInto('schedules')
      .values(schedule('in time', -minuteMs, 'launched'))
      .execute();
    await t.db.q
      .insertInto('schedules')
      .values(
        schedule('refused', -minuteMs, 'not launched: its request cannot be read, save it again'),
      )
      .execute();
    await evaluateAlerts(t.db);
    const titles = (await listAlerts(t.db, 'open')).map(({ title }) => title);
    expect(titles.toSorted()).toEqual([
      'The schedule late was missed',
      'The schedule refused was missed',
    ]);
    await t.db.q.deleteFrom('schedules').execute();
  });

  it('keeps what a person tunes, within bounds, and finds nothing by a rule that is off', async () => {
    await t.store.enqueue(aWorkItem());
    await saveRuleSettings(t.db, actor, 'no_worker', { enabled: false, values: { silence: 30 } });
    expect((await readRuleSettings(t.db)).get('no_worker')).toEqual({
      enabled: false,
      values: { silence: 30 },
      quarantine: false,
    });
    expect(await evaluateAlerts(t.db)).toEqual({ opened: 0, closed: 0 });
    const refused = (values: Record<string, unknown>) =>
      saveRuleSettings(t.db, actor, 'no_worker', { enabled: true, values });
    await expect(refused({ silence: 0 })).rejects.toMatchObject({
      code: 'input_invalid',
      fields: { silence: 'Without a worker for must be at least 1 minute.' },
    });
    await expect(refused({ silence: Number.NaN })).rejects.toMatchObject({ code: 'input_invalid' });
    await expect(refused({ other: 1 })).rejects.toMatchObject({ code: 'input_invalid' });
    await expect(
      saveRuleSettings(t.db, actor, 'none', { enabled: true, values: {} }),
    ).rejects.toMatchObject({ code: 'not_found' });
    await expect(
      saveRuleSettings(t.db, viewer, 'no_worker', { enabled: true, values: {} }),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('is acknowledged once, by whoever may, with an entry in the audit log', async () => {
    await t.store.enqueue(aWorkItem());
    await evaluateAlerts(t.db);
    const [alert] = await listAlerts(t.db, 'open');
    const alertId = alert?.alertId ?? '';
    await expect(acknowledgeAlert(t.db, viewer, alertId)).rejects.toMatchObject({
      code: 'forbidden',
    });
    await acknowledgeAlert(t.db, actor, alertId);
    await acknowledgeAlert(t.db, { ...actor, email: 'other' }, alertId);
    expect(await listAlerts(t.db, 'open')).toMatchObject([{ acknowledgedBy: 'system:test' }]);
    expect(await t.count('audit_log')).toBe(1);
    await expect(acknowledgeAlert(t.db, actor, newId())).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('forgets closed alerts and measures after 400 days', async () => {
    await t.store.enqueue(aWorkItem());
    await endedRun(minuteMs);
    await evaluateAlerts(t.db);
    const day = 24 * 60 * minuteMs;
    await t.db.q
      .updateTable('alerts')
      .set({ closed_at: past(399 * day) })
      .execute();
    await t.db.q
      .updateTable('run_measures')
      .set({ ended_at: past(401 * day) })
      .execute();
    await purgeOldMeasures(t.db);
    expect([await t.count('alerts'), await t.count('run_measures')]).toEqual([1, 0]);
  });
});
