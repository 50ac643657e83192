/**
 * Totals of work items. Triggers append deltas, so that two transitions never wait for one counter row; a
 * roll-up folds them into the totals now and then, and a comparison proves them.
 */
import { sql } from 'kysely';
import type { Db, Session } from '../engine.ts';
import type { TableName } from '../schema.ts';
import type { HostTotal, SourceTotal, TotalsDrift, TotalsPart, TotalsStorage } from '../totals.ts';
import { rollUpHost } from './hosts.ts';
import { jsonTexts } from './json-rows.ts';
import { rollUpInChunks } from './roll-up.ts';
import { rollUpRun } from './runs.ts';

/** The longest one comparison may take, ms. */
const comparisonMs = 60_000;
/** A comparison can be made another time, ms. */
const comparisonWaitMs = 1_000;

const exact = sql.raw('latin1_general_100_bin2');

/** Totals by some columns of the items: where they are kept, and the types of those columns. */
interface Family {
  readonly totals: TableName;
  readonly deltas: TableName;
  readonly keys: Readonly<Record<string, string>>;
}

const sources: Family = {
  totals: 'source_totals',
  deltas: 'source_total_deltas',
  keys: { source_system: 'nvarchar(100)', source_name: 'nvarchar(100)', status: 'nvarchar(20)' },
};
const hosts: Family = {
  totals: 'host_totals',
  deltas: 'host_total_deltas',
  keys: { host: 'nvarchar(300)', status: 'nvarchar(20)' },
};

const familyOf = (part: TotalsPart) => (part.of === 'hosts' ? hosts : sources);
const columns = ({ keys }: Family, of = '') =>
  sql.raw(
    Object.keys(keys)
      .map((key) => `${of}${key}`)
      .join(', '),
  );

/**
 * Totals plus what was not rolled up yet. Without a lock: under row versions, which this product asks for, one
 * statement sees both tables as they were at one moment, before or after a roll-up.
 */
async function readFamily<R>(session: Session, family: Family, where = sql`1 = 1`): Promise<R[]> {
  const keys = columns(family);
  const { rows } = await sql<R>`
    select ${keys}, cast(sum(n) as float) as item_count
    from (
      select ${keys}, item_count as n from ${session.engine.table(family.totals)} where ${where}
      union all
      select ${keys}, delta as n from ${session.engine.table(family.deltas)} where ${where}
    ) as both_parts
    group by ${keys}
    having sum(n) <> 0
    order by ${keys}`.execute(session.q);
  return rows;
}

const readTotals = (session: Session) => readFamily<SourceTotal>(session, sources);

async function readHostTotals(session: Session, names: readonly string[]): Promise<HostTotal[]> {
  if (names.length === 0) return [];
  return readFamily(session, hosts, sql`host in ${jsonTexts(names, exact)}`);
}

/** Of items in one call, which has its own transactions (`roll_up_totals`, 0006_totals.sql); then of each run and host that has some. */
async function rollUpTotals(db: Db, schema: string): Promise<number> {
  const { rows } = await sql<{ rolled_up: number }>`
    exec ${sql.id(schema, 'roll_up_totals')}`.execute(db.q);
  const { rows: parts } = await sql<{ run_id: string | null; host: string | null }>`
    select distinct run_id, cast(null as nvarchar(300)) as host from ${db.engine.table('run_deltas')}
    union all
    select distinct null, host from ${db.engine.table('host_deltas')}`.execute(db.q);
  let rolledUp = rows[0]?.rolled_up ?? 0;
  for (const { run_id: runId, host } of parts) {
    rolledUp += await rollUpInChunks(() =>
      db.transaction(async (tx) => {
        if (runId !== null) return rollUpRun(tx, runId);
        return host === null ? 0 : rollUpHost(tx, host);
      }),
    );
  }
  return rolledUp;
}

/**
 * One roll-up, comparison or recount at a time, over all processes; ends with the transaction. False when
 * another held it for all of `waitMs`: the procedure answers with a negative number instead of an error.
 */
async function lockTotals(tx: Session, schema: string, waitMs: number): Promise<boolean> {
  const { rows } = await sql<{ got: number }>`
    declare @resource nvarchar(255) = concat(N'holocron_counters_', ${schema});
    declare @got int;
    exec @got = sp_getapplock @Resource = @resource, @LockMode = N'Exclusive',
      @LockOwner = N'Transaction', @LockTimeout = ${sql.lit(waitMs)};
    select @got as got`.execute(tx.q);
  return (rows[0]?.got ?? -1) >= 0;
}

/**
 * Compares without holding up a transition: under row versions one statement reads items, totals and deltas of the
 * same moment. Only one comparison or roll-up runs at a time.
 */
function measureDrift(db: Db, schema: string, part: TotalsPart): Promise<TotalsDrift[] | 'busy'> {
  return db.engine.withTimeout(db, comparisonMs, () =>
    db.transaction(async (tx) =>
      (await lockTotals(tx, schema, comparisonWaitMs)) ? compare(tx, part) : 'busy',
    ),
  );
}

const keptOf = (part: TotalsPart) =>
  part.of === 'hosts' ? sql`1 = 1` : sql`source_name = ${part.sourceName}`;

async function compare(tx: Session, part: TotalsPart, everything = false): Promise<TotalsDrift[]> {
  const family = familyOf(part);
  const keys = columns(family);
  const counted = sql.raw(
    Object.keys(family.keys)
      .map((key) => {
        const value = key === 'host' ? `coalesce(host, N'')` : key;
        return `${value} collate latin1_general_100_bin2 as ${key}`;
      })
      .join(', '),
  );
  const ofPart =
    part.of === 'hosts' || everything
      ? sql`1 = 1`
      : sql`source_name = ${part.sourceName} and source_name collate ${exact} = ${part.sourceName}`;
  const kept = everything ? sql`1 = 1` : keptOf(part);
  const { rows } = await sql<Record<string, string | number>>`
    select ${keys}, cast(sum(counted) as float) as item_count,
      cast(sum(counted) - sum(kept) as float) as difference
    from (
      select ${counted}, cast(1 as bigint) as counted, cast(0 as bigint) as kept
      from ${tx.engine.table('work_items')} where ${ofPart}
      union all
      select ${keys}, 0, item_count from ${tx.engine.table(family.totals)} where ${kept}
      union all
      select ${keys}, 0, delta from ${tx.engine.table(family.deltas)} where ${kept}
    ) as parts
    group by ${keys}
    having sum(counted) <> sum(kept)`.execute(tx.q);
  return rows.map(({ item_count, difference, ...key }) => ({
    key: Object.values(key).map(String),
    itemCount: Number(item_count),
    difference: Number(difference),
  }));
}

/** Adds what was found missing, as deltas. */
async function repairTotals(
  tx: Session,
  part: TotalsPart,
  drift: readonly TotalsDrift[],
): Promise<void> {
  const family = familyOf(part);
  for (const { key, difference } of drift) {
    await sql`
      insert into ${tx.engine.table(family.deltas)} (${columns(family)}, delta)
      values (${sql.join(key)}, ${difference})`.execute(tx.q);
  }
}

/**
 * Recounts everything as it was at one moment, and adds what differs as deltas, which holds whatever has happened
 * since. Returns what had drifted.
 */
function reconcileTotals(db: Db, schema: string): Promise<TotalsDrift[]> {
  return db.transaction(async (tx) => {
    const parts: readonly TotalsPart[] = [{ of: 'source', sourceName: '' }, { of: 'hosts' }];
    // A comparison or roll-up of another process ends before the time-out of this statement.
    await lockTotals(tx, schema, comparisonMs);
    const drifted: TotalsDrift[] = [];
    for (const part of parts) {
      const found = await compare(tx, part, true);
      await repairTotals(tx, part, found);
      drifted.push(...found);
    }
    // What another process is comparing just now was of before.
    await tx.q.updateTable('totals_checks').set({ turn_id: null }).execute();
    return drifted;
  });
}

export const totals = (
  schema: string,
): Omit<
  TotalsStorage,
  'countTogether' | 'addToRun' | 'rollUpRun' | 'addToHost' | 'rollUpHost'
> => ({
  readTotals,
  readHostTotals,
  hasDeltas: () =>
    sql<number>`case when ${sql.join(
      [sources.deltas, hosts.deltas, 'run_deltas', 'host_deltas'].map(
        (deltas) => sql`exists (select 1 from ${sql.id(schema, deltas)})`,
      ),
      sql` or `,
    )} then 1 else 0 end`,
  rollUpTotals: (db) => rollUpTotals(db, schema),
  measureDrift: (db, part) => measureDrift(db, schema, part),
  repairTotals,
  reconcileTotals: (db) => reconcileTotals(db, schema),
});
