import { beforeEach, describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { evaluateAlerts } from '#lib/alerts/evaluate.ts';
import { mute } from '#lib/alerts/mutes.ts';
import { saveRuleSettings } from '#lib/alerts/rule-settings.ts';
import { newId } from '#lib/ids.ts';
import { getLatestRecord } from '#lib/records/detail.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { sourceRow } from '#test/db/source-row.ts';
import { aWorkItem } from '#test/factories.ts';
import { useStore } from '#test/queue-database.ts';
import { decideQuarantineItems, decideQuarantines } from './decide.ts';
import { openQuarantine } from './open.ts';
import {
  heldRecords,
  isGoneBelieved,
  listQuarantines,
  openQuarantineOf,
  type QuarantineDecision,
} from './read.ts';

const ana = { ...systemActor('test'), email: 'ana@example.org' };
const ben = { ...systemActor('test'), email: 'ben@example.org' };
const viewer = { userId: 'u1', email: 'v@example.org', role: 'viewer' } as const;
const minuteMs = 60_000;
const page = '<html><title>Sign in</title><form><input type="password"></form></html>';

describe.each(contractEngines())('quarantine on $name', (engine) => {
  const t = useStore(engine);
  beforeEach(async () => {
    for (const table of [
      'quarantine_items',
      'quarantines',
      'alerts',
      'alert_mutes',
      'alert_rules',
      'run_measures',
    ] as const) {
      await t.db.q.deleteFrom(table).execute();
    }
    await t.db.q.insertInto('sources').values(sourceRow(t.db.engine, 'wiki')).execute();
  });
  const past = (ms: number) => t.db.engine.nowPlus(-ms);
  const aRecord = async (
    agoMs: number,
    over: { item?: string; run?: string; payload?: string },
  ) => {
    const ingestId = newId();
    await t.db.q
      .insertInto('IngestRecords')
      .values({
        ingest_id: ingestId,
        source_system: 'test',
        source_name: 'wiki',
        resource_type: 'page',
        resource_id: over.item ?? 'p',
        request_uri: 'https://wiki.example/',
        request_method: 'GET',
        status_code: 200,
        payload: over.payload ?? '<html><p>An article.</p></html>',
        fetched_at_utc: past(agoMs),
        attempt: 1,
        work_item_id: over.item ?? null,
      })
      .execute();
    if (over.run !== undefined) {
      await t.db.q
        .insertInto('work_item_attempts')
        .values({
          attempt_id: newId(),
          work_item_id: over.item ?? newId(),
          source_system: 'test',
          source_name: 'wiki',
          run_id: over.run,
          attempt: 1,
          started_at: past(agoMs),
          finished_at: past(agoMs),
          outcome: 'completed',
          ingest_id: ingestId,
        })
        .execute();
    }
    return ingestId;
  };
  const givenItems = async (sourceName: string, many: number) => {
    const wanted = Array.from({ length: many }, () => aWorkItem({ sourceName }));
    const ids = await t.store.enqueueMany(wanted);
    // Items that wait, and no worker, would be an alert of their own.
    await t.db.q.updateTable('work_items').set({ status: 'completed' }).execute();
    return ids;
  };
  /** A run that ended a minute ago and brought six login pages. */
  const badRun = async () => {
    const runId = newId();
    await t.db.q
      .insertInto('ingest_runs')
      .values({
        run_id: runId,
        status: 'completed',
        phase: 'ready',
        end_reason: 'finished',
        started_at: past(10 * minuteMs),
        completed_at: past(minuteMs),
        heartbeat_at: past(minuteMs),
        items_total: 6,
        items_succeeded: 6,
        source_revisions: '{"wiki":1}',
        request: '{"kind":"seed","sources":["wiki"]}',
      })
      .execute();
    const items = await givenItems('wiki', 6);
    const records: string[] = [];
    for (const [at, item] of items.entries()) {
      records.push(await aRecord(5 * minuteMs, { item, run: runId, payload: `${page}${at}` }));
    }
    return { runId, items, records };
  };
  const opened = (sourceName = 'wiki', agoMs = 10 * minuteMs) =>
    openQuarantine(t.db, {
      sourceName,
      rule: 'block_page',
      title: 'login pages',
      detail: 'All of them.',
      evidence: { Sampled: 6 },
      runId: newId(),
      from: new Date(Date.now() - agoMs).toISOString(),
    });
  const openId = async () => (await openQuarantineOf(t.db, 'wiki'))?.quarantineId ?? '';
  const decide = async (decision: QuarantineDecision, who = ana) =>
    decideQuarantines(t.db, who, { quarantineIds: [await openId()], decision, note: '' });

  it('holds what a run with login pages brought, once, muted or not, and the version before it stays current', async () => {
    const { items, records, runId } = await badRun();
    const [item = ''] = items;
    const good = await aRecord(60 * minuteMs, { item });
    await mute(t.db, ana, {
      target: { kind: 'source', source: 'wiki' },
      reason: 'x',
      end: { minutes: 5 },
    });
    await Promise.all([evaluateAlerts(t.db), evaluateAlerts(t.db)]);
    await evaluateAlerts(t.db);
    expect(await listQuarantines(t.db, 'open')).toMatchObject([
      { sourceName: 'wiki', rule: 'block_page', runId, decision: null },
    ]);
    const held = await heldRecords(t.db, [good, ...records]);
    expect([...held.keys()].toSorted()).toEqual(records.toSorted());
    expect((await getLatestRecord(t.db, item))?.ingestId).toBe(good);
    // What comes later is held as well, until somebody decides.
    const later = await aRecord(0, { item });
    expect((await heldRecords(t.db, [later])).get(later)?.state).toBe('open');
  });

  it('believes what is accepted, and does not hold the same run again', async () => {
    const { items, records } = await badRun();
    await evaluateAlerts(t.db);
    await decide('accepted');
    await evaluateAlerts(t.db);
    expect(await listQuarantines(t.db, 'open')).toEqual([]);
    expect((await heldRecords(t.db, records)).size).toBe(0);
    expect((await getLatestRecord(t.db, items[0] ?? ''))?.ingestId).toBe(records[0]);
  });

  it('keeps what is discarded and never makes it current; what comes after it is', async () => {
    const { items, records } = await badRun();
    const [item = ''] = items;
    await evaluateAlerts(t.db);
    await decide('discarded');
    await evaluateAlerts(t.db);
    expect([...(await heldRecords(t.db, records)).values()].map(({ state }) => state)).toEqual(
      records.map(() => 'discarded'),
    );
    expect(await getLatestRecord(t.db, item)).toBeNull();
    expect(await t.count('IngestRecords')).toBeGreaterThanOrEqual(records.length);
    const after = await aRecord(-minuteMs, { item });
    expect((await getLatestRecord(t.db, item))?.ingestId).toBe(after);
  });

  it('takes the first decision of two people, and tells the second what it was', async () => {
    await opened();
    const quarantineId = await openId();
    const both = await Promise.all([
      decideQuarantines(t.db, ana, {
        quarantineIds: [quarantineId],
        decision: 'accepted',
        note: 'The site was rebuilt.',
      }),
      decideQuarantines(t.db, ben, {
        quarantineIds: [quarantineId],
        decision: 'discarded',
        note: '',
      }),
    ]);
    const outcomes = both.flat();
    const winner = outcomes.find(({ isOurs }) => isOurs)?.quarantine;
    const told = outcomes.find(({ isOurs }) => !isOurs)?.quarantine;
    expect(outcomes.filter(({ isOurs }) => isOurs)).toHaveLength(1);
    expect(told?.decision).toBe(winner?.decision);
    expect(told?.decidedBy).toBe(winner?.decidedBy);
    const audit = await t.db.q
      .selectFrom('audit_log')
      .select('action')
      .where('action', '=', 'quarantine.decide')
      .execute();
    expect(audit).toHaveLength(1);
    await expect(
      decideQuarantineItems(t.db, ben, {
        quarantineId,
        workItemIds: [newId()],
        decision: 'accepted',
      }),
    ).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(winner?.decidedBy ?? 'nobody'),
    });
  });

  it('decides of single items whatever is decided of the rest, and of each once', async () => {
    const { items, records } = await badRun();
    const [one = '', two = ''] = items;
    await evaluateAlerts(t.db);
    const quarantineId = await openId();
    const ofItems = (workItemIds: string[], decision: QuarantineDecision) =>
      decideQuarantineItems(t.db, ana, { quarantineId, workItemIds, decision });
    expect(await ofItems([one, two], 'accepted')).toBe(2);
    expect(await ofItems([one], 'discarded')).toBe(0);
    expect((await heldRecords(t.db, records)).size).toBe(4);
    await decide('discarded');
    const held = await heldRecords(t.db, records);
    expect(held.size).toBe(4);
    expect((await getLatestRecord(t.db, one))?.ingestId).toBe(records[0]);
  });

  it('takes no decision of items that are not of its source, and then of none', async () => {
    const [own = ''] = await givenItems('wiki', 1);
    const [foreign = ''] = await givenItems('other', 1);
    await opened();
    const quarantineId = await openId();
    const ofItems = (...workItemIds: string[]) =>
      decideQuarantineItems(t.db, ana, { quarantineId, workItemIds, decision: 'accepted' });
    const refused = { code: 'not_found', message: 'There is no such work item.' };
    await expect(ofItems(own, foreign)).rejects.toMatchObject(refused);
    await expect(ofItems(own, newId())).rejects.toMatchObject(refused);
    expect(await t.count('quarantine_items')).toBe(0);
    expect(await ofItems(own, own)).toBe(1);
  });

  it('decides of several sources at once, and of none where one is not there', async () => {
    await opened('wiki');
    await opened('other');
    expect(await opened('other')).toBe(false);
    const quarantineIds = (await listQuarantines(t.db, 'open')).map((one) => one.quarantineId);
    const all = (ids: string[], who: Parameters<typeof decideQuarantines>[1] = ana) =>
      decideQuarantines(t.db, who, { quarantineIds: ids, decision: 'discarded', note: '' });
    await expect(all([...quarantineIds, newId()])).rejects.toMatchObject({ code: 'not_found' });
    expect(await listQuarantines(t.db, 'open')).toHaveLength(2);
    await expect(all(quarantineIds, viewer)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await all(quarantineIds)).toMatchObject([{ isOurs: true }, { isOurs: true }]);
    expect(await listQuarantines(t.db, 'decided')).toHaveLength(2);
  });

  it('does not believe that something is gone that was found gone meanwhile, unless that is accepted', async () => {
    await opened();
    const now = new Date(Date.now() - minuteMs).toISOString();
    const before = new Date(Date.now() - 60 * minuteMs).toISOString();
    expect(await isGoneBelieved(t.db, 'wiki', now)).toBe(false);
    expect(await isGoneBelieved(t.db, 'wiki', before)).toBe(true);
    expect(await isGoneBelieved(t.db, 'other', now)).toBe(true);
    await decide('discarded');
    expect(await isGoneBelieved(t.db, 'wiki', now)).toBe(false);
    await t.db.q.deleteFrom('quarantines').execute();
    await opened();
    await decide('accepted');
    expect(await isGoneBelieved(t.db, 'wiki', now)).toBe(true);
  });

  it('keeps the version before it from retention, which keeps the newest that is believed', async () => {
    const item = newId();
    const good = await aRecord(600 * minuteMs, { item });
    const bad = await aRecord(5 * minuteMs, { item });
    await opened();
    const purge = () =>
      t.db.engine.purge(t.db, {
        kind: 'versions',
        source: 'wiki',
        olderThanMs: minuteMs,
        after: null,
      });
    expect((await purge()).gone).toBe(0);
    await decide('accepted');
    expect((await purge()).gone).toBe(1);
    const left = await t.db.q.selectFrom('IngestRecords').select('ingest_id').execute();
    const ids = left.map((row) => row.ingest_id);
    expect([ids.includes(good), ids.includes(bad)]).toEqual([false, true]);
  });

  it.each([
    ['never', true, 0],
    ['always', false, 1],
  ] as const)(
    'is opened as the source itself says: %s, whatever the rule says',
    async (says, quarantine, count) => {
      await saveRuleSettings(t.db, ana, 'block_page', { enabled: true, values: {}, quarantine });
      await t.db.q
        .updateTable('sources')
        .set({ settings: JSON.stringify({ hold_suspicious: says }) })
        .where('name', '=', 'wiki')
        .execute();
      await badRun();
      await evaluateAlerts(t.db);
      expect(await t.count('alerts')).toBe(1);
      expect(await listQuarantines(t.db, 'open')).toHaveLength(count);
    },
  );

  it('is opened by the rules that are to, and by no other', async () => {
    await saveRuleSettings(t.db, ana, 'block_page', {
      enabled: true,
      values: {},
      quarantine: false,
    });
    await badRun();
    await evaluateAlerts(t.db);
    expect(await t.count('alerts')).toBe(1);
    expect(await listQuarantines(t.db, 'open')).toEqual([]);
    await expect(
      saveRuleSettings(t.db, ana, 'disk_low', { enabled: true, values: {}, quarantine: true }),
    ).rejects.toMatchObject({ code: 'input_invalid', fields: { quarantine: expect.any(String) } });
  });
});
