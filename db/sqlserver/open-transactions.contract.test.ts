/**
 * A claim waits for nobody. Beside a transaction that is left open, as a script in a query window or an import leaves
 * one, workers claim and complete, and every page is read.
 */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listAudit, parseAuditQuery } from '#lib/audit/list-audit.ts';
import { listEvents } from '#lib/events/list-events.ts';
import { checkHealth } from '#lib/health/check-health.ts';
import { listHosts } from '#lib/hosts/list-hosts.ts';
import { newClaimId } from '#lib/ids.ts';
import { listBulkActions } from '#lib/items/bulk/read.ts';
import { listWorkItems } from '#lib/items/list/list.ts';
import { parseWorkItemQuery } from '#lib/items/list/query.ts';
import { readErrorClusters } from '#lib/metrics/error-clusters.ts';
import { overview } from '#lib/metrics/overview.ts';
import { readPulse } from '#lib/metrics/pulse.ts';
import { createStateStore } from '#lib/queue/create-state-store.ts';
import type { ClaimedItem } from '#lib/queue/model.ts';
import type { StateStore } from '#lib/queue/state-store.ts';
import { listRecords, parseRecordQuery } from '#lib/records/list.ts';
import { listRuns } from '#lib/runs/list-runs.ts';
import { listSchedules } from '#lib/schedules/schedules.ts';
import { listSources } from '#lib/sources/read-sources.ts';
import { listWorkers } from '#lib/workers/list-workers.ts';
import { sqliteEngine, sqlServerEngines } from '#test/db/contract-engines.ts';
import { isSqlServer } from '#test/db/sqlserver-schema.ts';
import { anAttempt, aWorkItem, noValidators } from '#test/factories.ts';
import { claimOptions } from '#test/polite-claims.ts';
import { givenRun, givenSource, useStore } from '#test/queue-database.ts';
import type { Db } from '../engine.ts';
import { openDatabase } from '../open.ts';
import type { SqlServerSettings } from '../settings/model.ts';
import { connect } from './connection.ts';

const [engine = sqliteEngine] = sqlServerEngines();
const ignoresHints = 'this server ignores READPAST';

/** What waits would wait without end: after this it has waited, ms. */
const waitedMs = 60_000;
/** More rows than a statement of SQL Server locks one by one (5,000). */
const veryMany = 6_000;

const everyPage: Readonly<Record<string, (db: Db) => Promise<unknown>>> = {
  overview: (db) => overview(db),
  'its pulse': (db) => readPulse(db),
  failures: async (db) => readErrorClusters(db, '24h', (await overview(db)).asOf),
  'work items': (db) => listWorkItems(db, parseWorkItemQuery({}).query),
  'work items of one status': (db) =>
    listWorkItems(db, parseWorkItemQuery({ status: 'pending' }).query),
  records: (db) => listRecords(db, parseRecordQuery({}).query),
  runs: (db) => listRuns(db),
  hosts: (db) => listHosts(db),
  sources: (db) => listSources(db),
  schedules: (db) => listSchedules(db),
  workers: (db) => listWorkers(db),
  events: (db) => listEvents(db),
  'background actions': (db) => listBulkActions(db),
  audit: (db) => listAudit(db, parseAuditQuery({}).query),
  health: async (db) => expect((await checkHealth(db)).error).toBeNull(),
};

/** What the open transaction holds. */
const openTransactions = [
  {
    holds: 'the priority of the first items',
    text: `UPDATE [s].[work_items] SET [priority] = [priority] WHERE [work_item_id] IN
      (SELECT TOP (50) [work_item_id] FROM [s].[work_items] WHERE [status] = N'pending'
       ORDER BY [priority], [created_at], [work_item_id])`,
    inTheWay: true,
  },
  {
    holds: 'very many inserted items',
    text: `WITH [n] AS (SELECT 1 AS [i] UNION ALL SELECT [i] + 1 FROM [n] WHERE [i] < ${veryMany})
      INSERT INTO [s].[work_items] ([work_item_id], [source_system], [source_name], [resource_type], [resource_id],
        [request_uri], [request_method], [priority], [status], [created_at], [updated_at], [dedupe_key])
      SELECT LOWER(NEWID()), N'test', N'sample', N'page', CONCAT(N'many-', [i]), N'https://source.example/', N'GET', 1,
        N'pending', SYSUTCDATETIME(), SYSUTCDATETIME(), CONCAT(N'test:sample:page:many-', [i])
      FROM [n] OPTION (MAXRECURSION 0)`,
    inTheWay: false,
  },
  {
    holds: 'the totals',
    text: `UPDATE [s].[source_totals] SET [item_count] = [item_count];
      UPDATE [s].[host_totals] SET [item_count] = [item_count];
      DELETE FROM [s].[source_total_deltas]; DELETE FROM [s].[host_total_deltas]`,
    inTheWay: false,
  },
] as const;

describe.skipIf(engine === sqliteEngine)('beside a transaction that is left open', () => {
  const given = useStore(engine);
  /** Servers that are only compatible ignore the hints by which a claim passes over what is locked. */
  let passesOver = false;
  beforeAll(async () => {
    passesOver = await isSqlServer(settingsOf());
  });
  const opened: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0).toReversed()) await one.close();
  });

  const settingsOf = (): SqlServerSettings => {
    const { settings } = given;
    if (settings.engine !== 'sqlserver') throw new Error('expected SQL Server');
    return { ...settings, requestTimeoutMs: waitedMs };
  };

  /** A worker or console that gives up when it had to wait. */
  async function impatient(): Promise<{ db: Db; store: StateStore }> {
    const db = await openDatabase(settingsOf());
    opened.push(db);
    return { db, store: await createStateStore({ db }) };
  }

  /** Left open until the end of the test: closing the connection rolls it back. What it selects. `[s]` is the schema. */
  async function leaveOpen(text: string): Promise<readonly Record<string, unknown>[]> {
    const connection = await connect(settingsOf());
    opened.push(connection);
    const { schema } = settingsOf();
    const here = text.replaceAll("N'[s]'", `N'${schema}'`).replaceAll('[s]', `[${schema}]`);
    return connection.executeBatch(`BEGIN TRANSACTION; ${here}`);
  }

  async function givenItems(): Promise<readonly ClaimedItem[]> {
    await givenSource(given.db);
    const runId = await givenRun(given.db);
    await given.store.enqueueMany(Array.from({ length: 200 }, () => aWorkItem({ runId })));
    while ((await given.db.engine.rollUpTotals(given.db)) > 0);
    const { items } = await given.store.claimPolitely(20, claimOptions);
    expect(items).toHaveLength(20);
    return items;
  }

  describe.each(openTransactions)('that holds $holds', ({ text, inTheWay }) => {
    it('a claim takes what is free', async ({ skip }) => {
      skip(inTheWay && !passesOver, ignoresHints);
      await givenItems();
      await leaveOpen(text);
      const { store } = await impatient();
      const { items } = await store.claimPolitely(10, { ...claimOptions, owner: 'worker-2' });
      expect(items).toHaveLength(10);
      expect(await store.dequeue(10, { owner: 'worker-3' })).toHaveLength(10);
    });

    it('others complete, renew and give back what they have', async () => {
      const [one, two, three, ...group] = await givenItems();
      await leaveOpen(text);
      const { store } = await impatient();
      if (!one || !two || !three) throw new Error('unreachable: twenty were claimed');
      expect(await store.complete(completion(one))).toMatchObject({ ok: true });
      const settled = await store.completeMany(group.map(completion));
      expect(settled.map(({ status }) => status)).toEqual(group.map(() => 'fulfilled'));
      expect(await store.renewLease([fenceOf(two), fenceOf(three)], 60_000)).toHaveLength(2);
      expect(await store.release([fenceOf(two)])).toBe(1);
    });

    it('every page is read', async () => {
      await givenItems();
      await leaveOpen(text);
      const { db } = await impatient();
      const waited: string[] = [];
      for (const [page, read] of Object.entries(everyPage)) {
        await read(db).catch((error: unknown) => waited.push(`${page}: ${error}`));
      }
      expect(waited).toEqual([]);
    });
  });

  it('a claim passes over a host whose row somebody holds', async ({ skip }) => {
    skip(!passesOver, ignoresHints);
    await givenSource(given.db);
    await given.db.q
      .insertInto('hosts')
      .values({ host: 'held.example', pace_ms: 1_000, updated_at: given.db.engine.now() })
      .execute();
    const of = (host: string) =>
      Array.from({ length: 5 }, (_, n) => aWorkItem({ requestUri: `https://${host}/${n}` }));
    await given.store.enqueueMany([...of('held.example'), ...of('free.example')]);
    await leaveOpen(`UPDATE [s].[hosts] SET [updated_at] = [updated_at]`);
    const { store } = await impatient();
    const { items } = await store.claimPolitely(10, claimOptions);
    expect(items.map(({ requestUri }) => new URL(requestUri).host)).toEqual(
      Array(5).fill('free.example'),
    );
  });

  /** The text of a claim, by plain SQL; its leases are of an id of its own. */
  const claimText = (limit: number) =>
    `EXEC [s].[claim_items] @claim = N'${newClaimId()}', @owner = N'worker', @lease_ms = 60000, @limit = ${limit},
      @system = NULL, @name = NULL`;

  it('two claims that are not committed yet share what is ready', async ({ skip }) => {
    skip(!passesOver, ignoresHints);
    await given.store.enqueueMany(Array.from({ length: 50 }, () => aWorkItem()));
    expect(await leaveOpen(claimText(30))).toHaveLength(30);
    expect(await leaveOpen(claimText(30))).toHaveLength(20);
  });

  it('a claim of n locks rows of n items, and no page or table', async ({ skip }) => {
    skip(!passesOver, ignoresHints);
    await given.store.enqueueMany(Array.from({ length: 200 }, () => aWorkItem()));
    const rows = await leaveOpen(`${claimText(10)};
      SELECT CONCAT(OBJECT_NAME(p.[object_id]), N' ', l.[resource_type]) AS [held], COUNT(*) AS [locks],
        COUNT(DISTINCT p.[index_id]) AS [indexes]
      FROM sys.dm_tran_locks AS l JOIN sys.partitions AS p ON p.[hobt_id] = l.[resource_associated_entity_id]
      WHERE l.[request_session_id] = @@SPID AND l.[request_mode] NOT LIKE N'I%'
        AND OBJECT_NAME(p.[object_id]) IN (N'work_items', N'ready_items')
        AND OBJECT_SCHEMA_NAME(p.[object_id]) = N'[s]'
      GROUP BY OBJECT_NAME(p.[object_id]), l.[resource_type]`);
    const held = rows.filter((row) => 'held' in row);
    expect(held.map((row) => row['held']).toSorted()).toEqual([
      'ready_items KEY',
      'work_items KEY',
    ]);
    // In each index that changes with it a row has a lock, or two where it moves.
    for (const { locks, indexes } of held) {
      expect(Number(locks)).toBeLessThanOrEqual(10 * 2 * Number(indexes));
    }
  });
});

const fenceOf = ({ workItemId, leaseId }: ClaimedItem) => ({ workItemId, leaseId });

const completion = (item: ClaimedItem) => ({
  fence: fenceOf(item),
  attempt: anAttempt(),
  record: null,
  validators: noValidators,
  discovered: [],
});
