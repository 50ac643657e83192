/** What the database holds and how it is used: sizes, indexes, queue, plans, versions. */
import { sql } from 'kysely';
import {
  bytesInWords,
  type Fact,
  type Finding,
  finding,
  type ObjectSize,
  ok,
} from '../../inspection.ts';
import { type Check, count, numberOf, type Row, raw, seconds, textOf } from './check.ts';

/** Sizes are of the catalogue, which every role sees; their use is of the server's state. */
const sizes: Check = {
  what: 'sizes of tables and indexes',
  query: (schema) => sql`
    select t.name as [table], i.name as [index], i.index_id,
      sum(case when a.type = 1 then p.rows else 0 end) as [rows], sum(a.total_pages) * cast(8192 as bigint) as [bytes]
    from sys.tables as t join sys.indexes as i on i.object_id = t.object_id
    join sys.partitions as p on p.object_id = i.object_id and p.index_id = i.index_id
    join sys.allocation_units as a on a.container_id in (p.hobt_id, p.partition_id)
    where t.schema_id = schema_id(${schema})
    group by t.name, i.name, i.index_id`,
  judge: (rows) => ({ sizes: sizesFrom(rows) }),
};

/** A table is its heap or clustered index; its rows are those of that, not of a filtered index. */
export function sizesFrom(rows: readonly Row[]): ObjectSize[] {
  const all = rows.map((row) => ({
    table: textOf(row['table']),
    index: numberOf(row['index_id']) <= 1 ? null : textOf(row['index']),
    rows: numberOf(row['rows']),
    bytes: numberOf(row['bytes']),
    usage: null,
  }));
  const total = (table: string) =>
    all.reduce((sum, one) => sum + (one.table === table ? one.bytes : 0), 0);
  return all.toSorted(
    (a, b) =>
      total(b.table) - total(a.table) ||
      a.table.localeCompare(b.table) ||
      Number(a.index !== null) - Number(b.index !== null) ||
      b.bytes - a.bytes,
  );
}

/** An index that nobody has read in so long is not read at the end of a month either, days. */
const unusedDays = 35;
const fewestWrites = 10_000;

const usage: Check = {
  what: 'use of indexes',
  needs: 'server state',
  query: (schema) => sql`
    select t.name as [table], i.name as [index], u.user_seeks, u.user_scans, u.user_lookups, u.user_updates,
      i.is_unique, datediff(day, o.sqlserver_start_time, getdate()) as [days]
    from sys.dm_db_index_usage_stats as u join sys.indexes as i on i.object_id = u.object_id and i.index_id = u.index_id
    join sys.tables as t on t.object_id = i.object_id cross join sys.dm_os_sys_info as o
    where u.database_id = db_id() and t.schema_id = schema_id(${schema}) and i.index_id > 1
    order by u.user_updates desc`,
  judge: (rows) => ({
    findings: rows.flatMap((row) => unusedFrom(row)),
    figures: [
      {
        title: 'Use of indexes since the server started',
        rows: rows
          .slice(0, 40)
          .map(
            (row): Fact => [
              `${textOf(row['table'])}.${textOf(row['index'])}`,
              `${count(numberOf(row['user_seeks']))} seeks, ${count(numberOf(row['user_scans']))} scans, ${count(numberOf(row['user_updates']))} writes`,
            ],
          ),
      },
    ],
  }),
};

export function unusedFrom(row: Row): Finding[] {
  const reads = ['user_seeks', 'user_scans', 'user_lookups'].reduce(
    (sum, name) => sum + numberOf(row[name]),
    0,
  );
  const isUnused =
    reads === 0 &&
    row['is_unique'] !== true &&
    numberOf(row['user_updates']) >= fewestWrites &&
    numberOf(row['days']) >= unusedDays;
  if (!isUnused) return [];
  const message = `The index ${textOf(row['index'])} of ${textOf(row['table'])} was written ${count(numberOf(row['user_updates']))} times and read never in ${count(numberOf(row['days']))} days.`;
  return [
    finding(
      'index_unused',
      'notice',
      message,
      'If it is one of yours, drop it; one of this product’s serves a list that nobody opened.',
    ),
  ];
}

const promotions: Check = {
  what: 'lock promotions',
  needs: 'database state',
  query: (schema) => sql`
    select t.name as [table], sum(s.index_lock_promotion_count) as [promotions]
    from sys.dm_db_index_operational_stats(db_id(), null, null, null) as s
    join sys.tables as t on t.object_id = s.object_id
    where t.schema_id = schema_id(${schema})
    group by t.name having sum(s.index_lock_promotion_count) > 0`,
  judge: (rows) => ({ findings: promotionsFrom(rows) }),
};

export function promotionsFrom(rows: readonly Row[]): Finding[] {
  if (rows.length === 0) return [ok('lock_promotions', 'No statement has locked a whole table.')];
  const tables = rows.map(
    (row) => `${textOf(row['table'])} ${count(numberOf(row['promotions']))} times`,
  );
  const message = `Statements took so many row locks that a table was locked whole: ${tables.join(', ')}. Claims find nothing meanwhile.`;
  return [
    finding(
      'lock_promotions',
      'warning',
      message,
      'Change at most some thousand rows a statement; the product itself changes 500.',
    ),
  ];
}

const ghosts: Check = {
  what: 'rows that claims have deleted from the queue',
  needs: 'database state',
  query: (schema) => sql`
    select sum(s.record_count) as [records], sum(s.ghost_record_count + s.version_ghost_record_count) as [ghosts]
    from sys.dm_db_index_physical_stats(db_id(), coalesce(object_id(quotename(${schema}) + N'.[ready_items]'), -1), 1, null, 'DETAILED') as s
    where s.index_level = 0`,
  judge: ([row]) => ({ findings: row ? [ghostsFrom(row)] : [] }),
};

const manyGhosts = 10_000;

export function ghostsFrom(row: Row): Finding {
  const [records, dead] = [numberOf(row['records']), numberOf(row['ghosts'])];
  if (dead < manyGhosts || dead < 10 * records)
    return ok(
      'queue_ghosts',
      `The queue holds ${count(records)} rows and ${count(dead)} deleted ones.`,
    );
  const message = `The queue holds ${count(records)} rows and ${count(dead)} deleted ones that every claim walks past.`;
  return finding(
    'queue_ghosts',
    'warning',
    message,
    'Find what keeps them: a transaction that reads old versions, or a readable secondary with a long query.',
  );
}

const fewPlans = 200;

const plans: Check = {
  what: 'plans of this product’s statements',
  needs: 'server state',
  query: (schema) => sql`
    select count(*) as [plans], sum(case when p.usecounts = 1 then 1 else 0 end) as [single],
      sum(cast(p.size_in_bytes as bigint)) as [bytes]
    from sys.dm_exec_cached_plans as p cross apply sys.dm_exec_sql_text(p.plan_handle) as t
    where p.objtype in (N'Prepared', N'Adhoc', N'Proc')
      and (charindex(${`"${schema}".`}, t.text) > 0 or charindex(${`[${schema}].`}, t.text) > 0)`,
  judge: ([row]) => ({ findings: row ? [plansFrom(row)] : [] }),
};

export function plansFrom(row: Row): Finding {
  const [all, single] = [numberOf(row['plans']), numberOf(row['single'])];
  const figures = `${count(all)} plans of this product (${bytesInWords(numberOf(row['bytes']))}), ${count(single)} used once.`;
  if (all < fewPlans || single < all / 2) return ok('single_use_plans', figures);
  return finding(
    'single_use_plans',
    'warning',
    figures,
    'Turn on “optimize for ad hoc workloads”, and send the texts (pnpm tsql:catalogue) with a report of this fault.',
  );
}

const oldVersionSeconds = 600;

const versions: Check = {
  what: 'row versions that are kept',
  needs: 'server state',
  query: () =>
    raw(`select (select max(elapsed_time_seconds) from sys.dm_tran_active_snapshot_database_transactions) as [oldest],
      (select sum(reserved_space_kb) from sys.dm_tran_version_store_space_usage where database_id = db_id()) as [tempdb_kb],
      (select sum(persistent_version_store_size_kb) from sys.dm_tran_persistent_version_store_stats where database_id = db_id()) as [own_kb]`),
  judge: ([row]) => ({ findings: row ? [versionsFrom(row)] : [] }),
};

export function versionsFrom(row: Row): Finding {
  const bytes = (numberOf(row['tempdb_kb']) + numberOf(row['own_kb'])) * 1_024;
  const oldest = numberOf(row['oldest']);
  const figures = `${bytesInWords(bytes)} of old row versions are kept, the oldest reader is at work for ${seconds(oldest)}`;
  if (oldest < oldVersionSeconds) return ok('version_store', `${figures}.`);
  return finding(
    'version_store',
    'warning',
    `${figures}: nothing deleted since is cleaned up, and claims walk past it.`,
    'End the oldest reader (sys.dm_tran_active_snapshot_database_transactions), or a query on a readable secondary.',
  );
}

const queryStore: Check = {
  what: 'the Query Store',
  needs: 'database state',
  query: () =>
    raw(`select actual_state_desc as [actual], desired_state_desc as [desired], current_storage_size_mb as [used_mb], max_storage_size_mb as [max_mb]
      from sys.database_query_store_options`),
  judge: ([row]) => ({ findings: row ? [queryStoreFrom(row)] : [] }),
};

export function queryStoreFrom(row: Row): Finding {
  const [actual, desired] = [textOf(row['actual']), textOf(row['desired'])];
  if (actual === 'OFF' && desired === 'OFF')
    return finding(
      'query_store',
      'notice',
      'The Query Store is off: nobody can say later which plan was slow.',
      'ALTER DATABASE CURRENT SET QUERY_STORE = ON;',
    );
  if (actual !== desired && !desired.startsWith('READ_CAPTURE')) {
    const message = `The Query Store is ${actual} and should be ${desired}: ${count(numberOf(row['used_mb']))} of ${count(numberOf(row['max_mb']))} MB are used.`;
    return finding(
      'query_store',
      'warning',
      message,
      'Raise MAX_STORAGE_SIZE_MB, or clear it: ALTER DATABASE CURRENT SET QUERY_STORE CLEAR;',
    );
  }
  return ok('query_store', `The Query Store is ${actual}.`);
}

export const storageChecks: readonly Check[] = [
  sizes,
  usage,
  promotions,
  ghosts,
  plans,
  versions,
  queryStore,
];
