import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { rowsAtOnce } from '#db/chunks.ts';
import type { Session } from '#db/engine.ts';
import { DatabaseError } from '#db/errors.ts';
import { purgePortion } from '#db/purge.ts';
import { systemActor } from '#lib/actor/model.ts';
import { listAudit } from '#lib/audit/list-audit.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import { newId } from '#lib/ids.ts';
import { insertRowFrom } from '#lib/queue/rows.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aRecord, aWorkItem, noValidators } from '#test/factories.ts';
import { givenRun, useStore } from '#test/queue-database.ts';
import { previewRetention } from './preview.ts';
import { purgeInTurn, purgeOld } from './purge.ts';
import { changeRetention, defaultRetention, type Retention, readRetention } from './settings.ts';

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
    expect(await readRetention(t.db)).toEqual({ ...defaultRetention, attemptDays: 20 });
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
      summary: 'Keeps the run log 7 days, attempts 90 days, all else for ever',
      after: { eventDays: 7, attemptDays: 90, sources: {} },
    });
  });

  describe('of what is finished', () => {
    const ago = (days: number) => t.db.engine.nowPlus(-days * day);
    /** An item that was fetched so many days ago, once for each of `fetches`, the last one last. */
    async function fetchedOf(sourceName: string, resourceId: string, ...fetches: number[]) {
      const workItemId = newId();
      await t.store.enqueue(aWorkItem({ workItemId, sourceName, resourceId }));
      for (const days of fetches) {
        await t.store.resetForRecrawl({ workItemIds: [workItemId] });
        const [claimed] = await t.store.dequeue(1);
        if (claimed?.resourceId !== resourceId) throw new Error('claimed something else');
        const record = aRecord({ contentHash: `${resourceId} ${days}`.padEnd(64, 'c') });
        await t.store.complete({
          fence: claimed,
          attempt: anAttempt(),
          record,
          validators: noValidators,
          discovered: [],
        });
        await t.db.q
          .updateTable('IngestRecords')
          .set({ fetched_at_utc: ago(days) })
          .where('ingest_id', '=', record.ingestId)
          .execute();
        await t.db.q
          .updateTable('work_items')
          .set({ last_fetched_at: ago(days), next_fetch_at: null })
          .where('work_item_id', '=', workItemId)
          .execute();
      }
    }
    const recordsOf = async (sourceName: string) => {
      const rows = await t.db.q
        .selectFrom('IngestRecords')
        .select('resource_id')
        .where('source_name', '=', sourceName)
        .execute();
      return rows.map((row) => row.resource_id).toSorted();
    };
    const goneBy = async (change: Partial<Retention>) => {
      await changeRetention(t.db, admin, { ...defaultRetention, ...change });
      const previews = await previewRetention(t.db);
      const { purged, stoppedBy } = await purgeOld(t.db);
      expect(stoppedBy).toBeNull();
      // Bodies do not go by their age.
      const byAge = purged.filter(({ kind }) => kind !== 'bodies');
      expect(previews.map(({ kind, source }) => [kind, source])).toEqual(
        byAge.map(({ kind, source }) => [kind, source]),
      );
      const found = purged.filter(({ gone }) => gone > 0);
      for (const { kind, source, gone } of found) {
        const preview = previews.find((one) => one.kind === kind && one.source === source);
        expect(preview?.rows).toBeGreaterThanOrEqual(gone);
        if (kind === 'records' || kind === 'items') expect(preview?.bytes).toBeGreaterThan(0);
      }
      return found.map(({ kind, source, gone }) => [kind, source ?? null, gone]);
    };

    it('purges records of the days that were set, and those of a source by its own', async () => {
      await fetchedOf('news', 'old', 40);
      await fetchedOf('news', 'new', 20);
      await fetchedOf('laws', 'old', 40);
      await fetchedOf('mail', 'new', 20);
      expect(
        await goneBy({
          recordDays: 30,
          sources: { laws: { recordDays: null }, mail: { recordDays: 10 } },
        }),
      ).toEqual([
        ['records', 'mail', 1],
        ['records', 'news', 1],
      ]);
      expect(await recordsOf('news')).toEqual(['new']);
      expect(await recordsOf('laws')).toEqual(['old']);
      // The items are still known.
      expect(await t.count('work_items')).toBe(4);
    });

    it('purges older versions, and keeps the latest record of each resource', async () => {
      await fetchedOf('news', 'often', 60, 50, 40);
      await fetchedOf('news', 'once', 70);
      // What the source does not say holds as for all.
      expect(await goneBy({ versionDays: 30, sources: { news: { recordDays: null } } })).toEqual([
        ['versions', 'news', 2],
      ]);
      expect(await recordsOf('news')).toEqual(['often', 'once']);
    });

    it('purges finished items with their attempts and what was seen, and counts them no more', async () => {
      await fetchedOf('news', 'old', 40);
      await fetchedOf('news', 'new', 20);
      await fetchedOf('news', 'again', 50);
      await t.store.resetForRecrawl({ sourceName: 'news', staleDays: 45 });
      expect(await goneBy({ itemDays: 30 })).toEqual([['items', 'news', 1]]);
      const left = await t.db.q.selectFrom('work_items').select('resource_id').execute();
      expect(left.map((row) => row.resource_id).toSorted()).toEqual(['again', 'new']);
      expect(await t.count('work_item_attempts')).toBe(2);
      expect(await t.count('seen_resources')).toBe(2);
      expect(await t.count('IngestRecords')).toBe(3);
      expect((await t.store.getStats()).byStatus).toMatchObject({ completed: 1, pending: 1 });
    });

    it('purges ended runs, the audit log and background actions, and leaves what goes on', async () => {
      const running = await givenRun(t.db);
      const ended = await givenRun(t.db);
      const recent = await givenRun(t.db);
      const at = (days: number) => ({ started_at: ago(days + 1), completed_at: ago(days) });
      await t.db.q
        .updateTable('ingest_runs')
        .set({ started_at: ago(90) })
        .execute();
      for (const [runId, days] of [
        [ended, 60],
        [recent, 20],
      ] as const) {
        await t.db.q
          .updateTable('ingest_runs')
          .set({ ...at(days), status: 'completed', phase: 'ready' })
          .where('run_id', '=', runId)
          .execute();
      }
      const action = (id: string, finished: number | null) => ({
        bulk_action_id: id,
        action: 'skip',
        filter: '{}',
        status: finished === null ? 'running' : 'completed',
        expected_count: 1,
        created_at: ago(90),
        updated_at: ago(90),
        finished_at: finished === null ? null : ago(finished),
      });
      await t.db.q
        .insertInto('bulk_actions')
        .values([action('a', 60), action('b', null), action('c', 20)])
        .execute();
      expect(await goneBy({ runDays: 40, operationDays: 40, auditDays: 40 })).toMatchObject([
        ['operations', null, 1],
        ['runs', null, 1],
      ]);
      const runs = await t.db.q.selectFrom('ingest_runs').select('run_id').execute();
      expect(runs.map((row) => row.run_id.toLowerCase()).toSorted()).toEqual(
        [running, recent].toSorted(),
      );
      expect(await t.count('bulk_actions')).toBe(2);
    });

    it('goes on behind a portion of which everything stays', async () => {
      const rows = Array.from({ length: purgePortion + 5 }, (_, i) =>
        insertRowFrom(aWorkItem({ sourceName: 'news', resourceId: `r${i}` })),
      );
      await t.db.transaction((tx) => tx.engine.insertWorkItemsIfAbsent(tx, rows));
      await t.db.q
        .updateTable('work_items')
        .set({ status: 'failed', last_fetched_at: ago(50) })
        .execute();
      await t.db.q
        .updateTable('work_items')
        .set({ status: 'completed', last_fetched_at: ago(40) })
        .where('resource_id', '=', 'r7')
        .execute();
      expect(await goneBy({ itemDays: 30 })).toEqual([['items', 'news', 1]]);
    });

    /** What is asked of the database in transactions goes through `watch`. */
    const watched = (watch: (portion: number) => void) => ({
      ...t.db,
      transaction: <T>(work: (tx: Session) => Promise<T>): Promise<T> =>
        t.db.transaction((tx) =>
          work({
            ...tx,
            engine: {
              ...tx.engine,
              purge: async (session, request) => {
                const portion = await tx.engine.purge(session, request);
                watch(portion.gone);
                return portion;
              },
            },
          }),
        ),
    });
    const oldKeys = async (count: number) => {
      const keys = Array.from({ length: count }, (_, at) => ({
        request_key: `old ${at}`,
        action: 'test',
        result: '1',
        created_at: ago(8),
      }));
      for (const some of rowsAtOnce(keys))
        await t.db.q.insertInto('request_keys').values(some).execute();
    };

    it('goes in portions that lock no table, a transaction each', async () => {
      await oldKeys(2 * purgePortion + 3);
      const portions: number[] = [];
      await purgeOld(
        watched((gone) => portions.push(gone)),
        undefined,
        [{ kind: 'request keys', olderThanMs: 7 * day }],
      );
      expect(portions.filter((gone) => gone > 0)).toEqual([purgePortion, purgePortion, 3]);
      expect(await t.count('request_keys')).toBe(0);
    });

    it.each(['db_full', 'db_busy'] as const)(
      'stops at %s, says so, and keeps what it has done',
      async (code) => {
        await oldKeys(2 * purgePortion);
        let portions = 0;
        const full = watched(() => {
          portions += 1;
          if (portions === 2) throw new DatabaseError(code, 'No.', { remedy: '' });
        });
        const subjects = [
          { kind: 'request keys' as const, olderThanMs: 7 * day },
          { kind: 'events' as const, olderThanMs: 7 * day },
        ];
        const { purged, stoppedBy } = await purgeOld(full, undefined, subjects);
        expect(stoppedBy).toBe(code);
        expect(purged.map(({ kind, gone }) => [kind, gone])).toEqual([
          ['request keys', purgePortion],
        ]);
        // The second was rolled back; nothing else was begun.
        expect(await t.count('request_keys')).toBe(purgePortion);
        expect(portions).toBe(2);
      },
    );

    it('is the turn of one worker at a time', async () => {
      const turns = await Promise.all([purgeInTurn(t.db), purgeInTurn(t.db), purgeInTurn(t.db)]);
      expect(turns.filter((turn) => turn !== null)).toHaveLength(1);
      expect(await purgeInTurn(t.db)).toBeNull();
    });
  });
});
