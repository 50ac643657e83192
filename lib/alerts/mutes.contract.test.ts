import { beforeEach, describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { newId } from '#lib/ids.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { sourceRow } from '#test/db/source-row.ts';
import { aWorkItem } from '#test/factories.ts';
import { useStore } from '#test/queue-database.ts';
import { evaluateAlerts } from './evaluate.ts';
import { acknowledgeAlert, listAlerts, unattended } from './list-alerts.ts';
import { purgeOldMeasures } from './measure-runs.ts';
import { endMute, type MuteTarget, mute, muteOfSource, readMutes } from './mutes.ts';

const actor = systemActor('test');
const viewer = { userId: 'u1', email: 'v@example.org', role: 'viewer' } as const;
const minuteMs = 60_000;
const noWorker: MuteTarget = { kind: 'rule', rule: 'no_worker' };
const broken = { code: 'http_server_error', httpStatus: 503, host: 'wiki.example' };

describe.each(contractEngines())('mutes on $name', (engine) => {
  const t = useStore(engine);
  beforeEach(async () => {
    for (const table of [
      'alerts',
      'alert_mutes',
      'attempt_counts',
      'notice_channels',
      'notice_deliveries',
    ] as const) {
      await t.db.q.deleteFrom(table).execute();
    }
    await t.db.q
      .insertInto('notice_channels')
      .values({
        channel_id: newId(),
        name: 'Ops',
        kind: 'webhook',
        host: 'ops.example',
        sealed: '',
        enabled: 1,
        alerts: 1,
        run_ends: 0,
        created_at: t.db.engine.now(),
        updated_at: t.db.engine.now(),
      })
      .execute();
  });
  const past = (ms: number) => t.db.engine.nowPlus(-ms);
  const told = async () =>
    (
      await t.db.q
        .selectFrom('notice_deliveries')
        .select('notice_type')
        .orderBy('delivery_no')
        .execute()
    ).map(({ notice_type: type }) => type);
  const given = (target: MuteTarget, end: { minutes: number } | null = { minutes: 60 }) =>
    mute(t.db, actor, { target, reason: 'The wiki moves.', end });
  const isOver = () =>
    t.db.q
      .updateTable('alert_mutes')
      .set({ until: past(1_000) })
      .execute();
  const failed = (over: object = {}) =>
    t.db.q
      .insertInto('attempt_counts')
      .values({
        unit: 'minute',
        starts_at: past(2 * minuteMs),
        count_id: newId(),
        source_system: 'test',
        source_name: 'wiki',
        outcome: 'failed',
        error_code: broken.code,
        http_status: broken.httpStatus,
        host: broken.host,
        attempts: 100,
        last_at: past(2 * minuteMs),
        last_attempt_id: newId(),
        ...over,
      })
      .execute();
  const givenSource = () =>
    t.db.q.insertInto('sources').values(sourceRow(t.db.engine, 'wiki')).execute();

  it('shows what it finds of a muted rule and tells nobody, until the mute has ended by itself', async () => {
    await given(noWorker);
    await t.store.enqueue(aWorkItem());
    expect(await evaluateAlerts(t.db)).toEqual({ opened: 1, closed: 0 });
    const open = await listAlerts(t.db, 'open');
    expect(open).toMatchObject([
      { rule: 'no_worker', mute: { reason: 'The wiki moves.', mutedBy: 'system:test' } },
    ]);
    expect(unattended(open)).toEqual([]);
    await evaluateAlerts(t.db);
    expect(await told()).toEqual([]);
    await isOver();
    await Promise.all([evaluateAlerts(t.db), evaluateAlerts(t.db)]);
    await evaluateAlerts(t.db);
    expect(await told()).toEqual(['alert.opened']);
    expect(unattended(await listAlerts(t.db, 'open'))).toHaveLength(1);
  });

  it('never tells the end of what was not told, and always of what was, muted or not', async () => {
    await given(noWorker);
    await t.store.enqueue(aWorkItem());
    await evaluateAlerts(t.db);
    const end = async () => {
      await t.db.q.deleteFrom('work_items').execute();
      await t.db.q
        .updateTable('alerts')
        .set({ seen_at: past(11 * minuteMs) })
        .where('closed_at', 'is', null)
        .execute();
      return evaluateAlerts(t.db);
    };
    expect(await end()).toEqual({ opened: 0, closed: 1 });
    expect(await told()).toEqual([]);
    await isOver();
    await t.store.enqueue(aWorkItem());
    await evaluateAlerts(t.db);
    await given(noWorker);
    await end();
    expect(await told()).toEqual(['alert.opened', 'alert.closed']);
  });

  it('does not tell at its end what somebody has seen to meanwhile', async () => {
    await given(noWorker);
    await t.store.enqueue(aWorkItem());
    await evaluateAlerts(t.db);
    const [alert] = await listAlerts(t.db, 'open');
    await acknowledgeAlert(t.db, actor, alert?.alertId ?? '');
    await isOver();
    await evaluateAlerts(t.db);
    expect(await told()).toEqual([]);
  });

  it('mutes a source alone, and a group of failures alone', async () => {
    await givenSource();
    await failed();
    await failed({ source_name: 'other', host: 'other.example' });
    await given({ kind: 'source', source: 'wiki' });
    await evaluateAlerts(t.db);
    const open = await listAlerts(t.db, 'open');
    expect(open.filter((one) => one.mute !== null).map((one) => one.sourceName)).toEqual(['wiki']);
    expect(unattended(open).map((one) => one.sourceName)).toEqual(['other']);
    expect(await told()).toEqual(['alert.opened']);
    expect(await muteOfSource(t.db, 'wiki')).toMatchObject({ label: 'the source wiki' });
    expect(await muteOfSource(t.db, 'other')).toBeNull();

    await t.db.q.deleteFrom('alerts').execute();
    await given({ kind: 'failures', failures: broken });
    await evaluateAlerts(t.db);
    expect((await listAlerts(t.db, 'open')).map((one) => one.sourceName)).toEqual(['other']);
    // The same code elsewhere, or with another status, is another group.
    await failed({ http_status: 500 });
    await evaluateAlerts(t.db);
    expect((await listAlerts(t.db, 'open')).map((one) => one.sourceName).toSorted()).toEqual([
      'other',
      'wiki',
    ]);
  });

  it('is replaced by another mute of the same, and ended by hand, each with an entry in the audit log', async () => {
    await given(noWorker);
    const { muteId } = await given(noWorker, { minutes: 5 });
    expect(await readMutes(t.db)).toMatchObject([{ muteId, label: 'the rule No worker' }]);
    await expect(endMute(t.db, viewer, muteId)).rejects.toMatchObject({ code: 'forbidden' });
    await endMute(t.db, actor, muteId);
    await endMute(t.db, actor, muteId);
    expect(await readMutes(t.db)).toEqual([]);
    const audit = await t.db.q.selectFrom('audit_log').select('action').orderBy('at').execute();
    expect(audit.map(({ action }) => action)).toEqual(['alert.mute', 'alert.mute', 'alert.unmute']);
    await expect(endMute(t.db, actor, newId())).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is refused without an end, with one that is past, for what there is not, and to who may not', async () => {
    await expect(given(noWorker, null)).rejects.toMatchObject({
      code: 'input_invalid',
      fields: { end: 'Say until when.' },
    });
    const at = (end: string) =>
      mute(t.db, actor, { target: noWorker, reason: 'x', end: { at: end } });
    await expect(at('2020-01-01T00:00:00Z')).rejects.toMatchObject({ code: 'input_invalid' });
    await expect(at('2999-01-01T00:00:00Z')).rejects.toMatchObject({ code: 'input_invalid' });
    await expect(given({ kind: 'rule', rule: 'none' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(given({ kind: 'source', source: 'none' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(
      mute(t.db, viewer, { target: noWorker, reason: 'x', end: { minutes: 5 } }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect(await readMutes(t.db)).toEqual([]);
  });

  it('survives what a later version stored, and is forgotten after 400 days', async () => {
    const { muteId } = await given(noWorker);
    await given({ kind: 'failures', failures: broken });
    await t.db.q
      .updateTable('alert_mutes')
      .set({ target: '{"of":"later"}' })
      .where('kind', '=', 'failures')
      .execute();
    expect((await readMutes(t.db)).map((one) => one.muteId)).toEqual([muteId]);
    await t.db.q
      .updateTable('alert_mutes')
      .set({ until: past(401 * 24 * 60 * minuteMs) })
      .where('mute_id', '=', muteId)
      .execute();
    await purgeOldMeasures(t.db);
    expect(await t.count('alert_mutes')).toBe(1);
  });
});
