/**
 * Totals per source and status. A trigger appends deltas, so that two transitions never wait for one
 * counter row; a roll-up folds them into the totals now and then.
 */
import { sql } from 'kysely';
import type { CounterRow, Db, Session } from '../engine.ts';

/** Deltas folded by one transaction: below the 5,000 locks at which a table lock is taken. */
const rollUpChunk = 2_000;

/**
 * Totals plus deltas, exact while a roll-up runs: it changes the totals first and holds them, so a
 * reader that locks the totals first, then reads the deltas, sees both before or both after. One
 * processor reads the two parts in that order.
 */
export async function readCounters(session: Session): Promise<CounterRow[]> {
  const totals = session.engine.table('work_item_counters');
  const deltas = session.engine.table('work_item_counter_deltas');
  const { rows } = await sql<CounterRow>`
    select source_system, source_name, status, cast(sum(n) as float) as item_count
    from (
      select source_system, source_name, status, item_count as n from ${totals} with (holdlock)
      union all
      select source_system, source_name, status, delta as n from ${deltas} with (readcommittedlock)
    ) as both_parts
    group by source_system, source_name, status
    having sum(n) <> 0
    order by source_system, source_name, status
    option (maxdop 1)`.execute(session.q);
  return rows;
}

/** Returns how many deltas were folded; call it from time to time, from any number of processes. */
export async function rollUpCounters(db: Db, schema: string): Promise<number> {
  let folded = 0;
  for (;;) {
    const count = await db.transaction((tx) => foldOnce(tx, schema));
    folded += count;
    if (count < rollUpChunk) return folded;
  }
}

async function foldOnce(tx: Session, schema: string): Promise<number> {
  const totals = tx.engine.table('work_item_counters');
  const deltas = tx.engine.table('work_item_counter_deltas');
  await lockTotals(tx, schema);
  // READPAST: deltas of transactions that are still open wait for the next roll-up.
  const { rows } = await sql<{ folded: number }>`
    declare @taken table (source_system nvarchar(100) collate latin1_general_100_bin2 not null,
      source_name nvarchar(100) collate latin1_general_100_bin2 not null,
      status nvarchar(20) collate latin1_general_100_bin2 not null, delta bigint not null);
    declare @sums table (source_system nvarchar(100) collate latin1_general_100_bin2 not null,
      source_name nvarchar(100) collate latin1_general_100_bin2 not null,
      status nvarchar(20) collate latin1_general_100_bin2 not null, delta bigint not null);
    delete from ${deltas}
    output deleted.source_system, deleted.source_name, deleted.status, deleted.delta into @taken
    where delta_id in (
      select top (${sql.lit(rollUpChunk)}) delta_id from ${deltas} with (rowlock, readpast, updlock)
      order by delta_id);
    insert into @sums select source_system, source_name, status, sum(delta) from @taken
    group by source_system, source_name, status;
    update total set item_count = total.item_count + s.delta
    from ${totals} as total join @sums as s
      on s.source_system = total.source_system and s.source_name = total.source_name
      and s.status = total.status;
    insert into ${totals} (source_system, source_name, status, item_count)
    select s.source_system, s.source_name, s.status, s.delta from @sums as s
    where not exists (select 1 from ${totals} as total where total.source_system = s.source_system
      and total.source_name = s.source_name and total.status = s.status);
    select count(*) as folded from @taken;`.execute(tx.q);
  return rows[0]?.folded ?? 0;
}

/** One roll-up or recount at a time, over all processes; ends with the transaction. */
async function lockTotals(tx: Session, schema: string): Promise<void> {
  await sql`
    declare @resource nvarchar(255) = concat(N'holocron_counters_', ${schema});
    exec sp_getapplock @Resource = @resource, @LockMode = N'Exclusive',
      @LockOwner = N'Transaction', @LockTimeout = 10000`.execute(tx.q);
}

/**
 * Recounts under a shared lock of the table, so that no transition happens meanwhile, and adds what
 * differs as deltas. Returns the rows that had drifted, with their true counts.
 */
export function reconcileCounters(db: Db, schema: string): Promise<CounterRow[]> {
  return db.transaction(async (tx) => {
    await lockTotals(tx, schema);
    const items = tx.engine.table('work_items');
    const totals = tx.engine.table('work_item_counters');
    const deltas = tx.engine.table('work_item_counter_deltas');
    const { rows } = await sql<CounterRow & { difference: number }>`
      select source_system, source_name, status, cast(sum(counted) as float) as item_count,
        cast(sum(counted) - sum(kept) as float) as difference
      from (
        select source_system collate latin1_general_100_bin2 as source_system,
          source_name collate latin1_general_100_bin2 as source_name,
          status collate latin1_general_100_bin2 as status, cast(1 as bigint) as counted, cast(0 as bigint) as kept
        from ${items} with (tablock, holdlock)
        union all
        select source_system, source_name, status, 0, item_count from ${totals}
        union all
        select source_system, source_name, status, 0, delta from ${deltas}
      ) as parts
      group by source_system, source_name, status
      having sum(counted) <> sum(kept)`.execute(tx.q);
    for (const row of rows) {
      await sql`
        insert into ${deltas} (source_system, source_name, status, delta)
        values (${row.source_system}, ${row.source_name}, ${row.status}, ${row.difference})`.execute(
        tx.q,
      );
    }
    return rows.map(({ difference: _difference, ...row }) => row);
  });
}
