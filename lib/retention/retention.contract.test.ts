import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { listAudit } from '#lib/audit/list-audit.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import { newId } from '#lib/ids.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aRecord, aWorkItem, noValidators } from '#test/factories.ts';
import { useStore } from '#test/queue-database.ts';
import { purgeOld } from './purge.ts';
import { changeRetention, defaultRetention, readRetention } from './settings.ts';

const day = 24 * 3_600_000;
const admin = systemActor('test');

describe.each(contractEngines())('retention on $name', (engine) => {
  const t = useStore(engine);

  /** An item that was fetched once, so many days ago. */
  async function fetchedAgo(days: number): Promise<string> {
    const workItemId = newId();
    await t.store.enqueue(aWorkItem({ workItemId, resourceId: workItemId }));
    const [claimed] = await t.store.dequeue(1);
    if (!claimed) throw new Error('nothing to claim');
    const attempt = anAttempt();
    await t.store.complete({
      fence: claimed,
      attempt,
      record: aRecord(),
      validators: noValidators,
      discovered: [],
    });
    await t.db.q
      .updateTable('work_item_attempts')
      .set({ finished_at: t.db.engine.addMs(sql.ref('finished_at'), -days * day) })
      .where('work_item_id', '=', workItemId)
      .execute();
    return workItemId;
  }
  const itemsWithAttempts = async () =>
    (await t.db.q.selectFrom('work_item_attempts').select('work_item_id').execute()).map(
      (row) => row.work_item_id,
    );

  it('keeps every attempt until somebody says otherwise, then those of the days that were set', async () => {
    await t.db.q.deleteFrom('app_settings').where('name', '=', 'retention').execute();
    expect(await readRetention(t.db)).toEqual(defaultRetention);
    const old = await fetchedAgo(21);
    const recent = await fetchedAgo(19);
    await purgeOld(t.db);
    expect((await itemsWithAttempts()).toSorted()).toEqual([old, recent].toSorted());

    await changeRetention(t.db, admin, { eventDays: 30, attemptDays: 20 });
    expect(await readRetention(t.db)).toEqual({ eventDays: 30, attemptDays: 20 });
    await purgeOld(t.db);
    expect(await itemsWithAttempts()).toEqual([recent]);
    // The items and what was fetched are not touched.
    expect(await t.count('work_items')).toBe(2);
    expect(await t.count('IngestRecords')).toBe(2);
  });

  it('keeps the run log as long as was set', async () => {
    await t.db.transaction((tx) =>
      recordEvents(tx, [
        { kind: 'worker.started', workerId: 'w', message: 'A worker has started.', data: {} },
      ]),
    );
    await t.db.q
      .updateTable('events')
      .set({ at: t.db.engine.nowPlus(-3 * day) })
      .execute();
    await changeRetention(t.db, admin, { eventDays: 4, attemptDays: null });
    await purgeOld(t.db);
    expect(await t.count('events')).toBe(1);
    await changeRetention(t.db, admin, { eventDays: 2, attemptDays: null });
    await purgeOld(t.db);
    expect(await t.count('events')).toBe(0);
  });

  it('forgets the keys of requests after a week', async () => {
    for (const [key, days] of [
      ['a', 8],
      ['b', 6],
    ] as const) {
      await t.db.q
        .insertInto('request_keys')
        .values({
          request_key: key,
          action: 'run.launch',
          result: '{}',
          created_at: t.db.engine.nowPlus(-days * day),
        })
        .execute();
    }
    await purgeOld(t.db);
    const left = await t.db.q.selectFrom('request_keys').select('request_key').execute();
    expect(left).toEqual([{ request_key: 'b' }]);
  });

  it('is changed by administrators, within limits, and recorded', async () => {
    const operator = { userId: newId(), email: 'op@example.org', role: 'operator' as const };
    await expect(changeRetention(t.db, operator, defaultRetention)).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(
      changeRetention(t.db, admin, { eventDays: 0, attemptDays: 7 }),
    ).rejects.toMatchObject({
      code: 'input_invalid',
      fields: { eventDays: 'Keep at least one day.', attemptDays: expect.stringContaining('8') },
    });
    await changeRetention(t.db, admin, { eventDays: 7, attemptDays: 90 });
    expect((await listAudit(t.db, {})).rows[0]).toMatchObject({
      action: 'settings.retention',
      summary: 'Keeps the run log 7 days, attempts 90 days',
      after: { eventDays: 7, attemptDays: 90 },
    });
  });
});
