/** The end of attempts, in T-SQL: one statement for many rows, which come as one JSON parameter. */
import { type RawBuilder, sql } from 'kysely';
import { chunksOf, rowsAtOnce } from '../chunks.ts';
import type { Session } from '../engine.ts';
import type {
  AttemptInsert,
  ItemCompletion,
  QueueStorage,
  RecordInsert,
} from '../queue/storage.ts';
import type { TableName, WorkItemRow } from '../schema.ts';
import {
  idColumn,
  intColumn,
  type JsonColumn,
  jsonTable,
  jsonTexts,
  longColumn,
  plainColumn,
  textColumn,
  timeColumn,
} from './json-rows.ts';
import { longText } from './request.ts';

const exact = sql.raw('latin1_general_100_bin2');
/** Columns of an existing database may have another collation: then this compares right, and slower. */
const usual = sql.raw('database_default');

const completionColumns: Readonly<Record<keyof ItemCompletion, JsonColumn>> = {
  work_item_id: idColumn,
  lease_id: idColumn,
  last_http_status: intColumn,
  etag: textColumn(500),
  last_modified: textColumn(100),
  revision: textColumn(100),
  next_fetch_ms: { type: 'bigint' },
  refresh_class: intColumn,
  is_first: intColumn,
  check_count: intColumn,
  content_hash: plainColumn(64),
  fresh: intColumn,
  change_count: intColumn,
};

const completionNames = keysOf(completionColumns);

const attemptColumns: Readonly<Record<keyof AttemptInsert, JsonColumn>> = {
  attempt_id: idColumn,
  work_item_id: idColumn,
  source_system: textColumn(100),
  source_name: textColumn(100),
  host: textColumn(300),
  run_id: textColumn(36),
  attempt: intColumn,
  lease_id: idColumn,
  worker_id: textColumn(100),
  claimed_at: timeColumn,
  duration_ms: intColumn,
  outcome: plainColumn(20),
  http_status: intColumn,
  error_code: plainColumn(50),
  error_message: longColumn,
  facts: longColumn,
  ingest_id: idColumn,
  items_discovered: intColumn,
};

type RecordColumn = Exclude<keyof RecordInsert, 'payload'>;
const recordColumns: Readonly<Record<RecordColumn | 'row', JsonColumn>> = {
  row: intColumn,
  ingest_id: idColumn,
  source_system: textColumn(100),
  source_name: textColumn(100),
  resource_type: textColumn(100),
  resource_id: textColumn(500),
  request_uri: textColumn(2000),
  request_method: plainColumn(10),
  request_headers: longColumn,
  status_code: intColumn,
  response_headers: longColumn,
  hash_sha256: plainColumn(64),
  run_id: idColumn,
  work_item_id: idColumn,
  attempt: intColumn,
  duration_ms: intColumn,
  content_type: textColumn(200),
  content_hash: plainColumn(64),
  lake_path: textColumn(1000),
};

export const finish: Pick<
  QueueStorage,
  'knownKeys' | 'itemsInProgress' | 'completeLeased' | 'insertAttempts' | 'insertRecords'
> = {
  async knownKeys({ q, engine }, keys) {
    const known = new Set<string>();
    for (const some of chunksOf(keys)) {
      const { rows } = await sql<{ dedupe_key: string }>`
        select dedupe_key from ${engine.table('work_items')}
        where dedupe_key in ${jsonTexts(some, exact)}`.execute(q);
      for (const row of rows) known.add(row.dedupe_key);
    }
    return known;
  },

  async itemsInProgress({ q, engine }, ids) {
    const items: WorkItemRow[] = [];
    for (const some of chunksOf(ids)) {
      const { rows } = await sql<WorkItemRow>`
        select * from ${engine.table('work_items')}
        where status = N'in_progress' and work_item_id in ${jsonTexts(some, usual)}`.execute(q);
      items.push(...rows);
    }
    return items;
  },

  async completeLeased({ q, engine }, rows) {
    const completed = new Set<string>();
    const items = engine.table('work_items');
    for (const some of chunksOf(rows)) {
      const { from, column } = jsonTable(completionColumns, some, (row, name) => row[name]);
      const { rows: found } = await sql<{ work_item_id: string }>`
        declare @now datetime2(3) = sysutcdatetime();
        declare @row table (work_item_id nvarchar(36) not null primary key, lease_id nvarchar(36) not null,
          last_http_status int, etag nvarchar(501), last_modified nvarchar(101), revision nvarchar(101),
          next_fetch_ms bigint, refresh_class int, is_first int, check_count int, content_hash nvarchar(65),
          fresh int, change_count int);
        declare @done table (work_item_id nvarchar(36) not null primary key);
        insert into @row select ${sql.join(completionNames.map((name) => column(name)))} from ${from};
        update ${items} set status = N'completed', lease_id = null, lease_owner = null, lease_until = null,
          claimed_at = null, wait_reason = null, error_code = null, error_message = null, updated_at = @now,
          last_fetched_at = @now, last_http_status = r.last_http_status, etag = r.etag,
          last_modified = r.last_modified, revision = r.revision,
          next_fetch_at = ${engine.plusMs(sql`@now`, sql`r.next_fetch_ms`)}, refresh_class = r.refresh_class,
          first_fetched_at = case when r.is_first = 1 then @now else work_items.first_fetched_at end,
          check_count = r.check_count, content_hash = r.content_hash,
          last_changed_at = case when r.fresh = 1 then @now else work_items.last_changed_at end,
          change_count = r.change_count
        output inserted.work_item_id into @done
        from @row as r
        where work_items.work_item_id = r.work_item_id collate ${usual}
          and work_items.status = N'in_progress' and work_items.lease_id = r.lease_id collate ${usual};
        select work_item_id from @done;`.execute(q);
      for (const row of found) completed.add(row.work_item_id);
    }
    return completed;
  },

  async insertAttempts(session, rows) {
    for (const some of chunksOf(rows)) {
      const table = jsonTable(attemptColumns, some, (row, name) => row[name] ?? null);
      const { claimed_at: _started, ...columns } = attemptColumns;
      await insertFrom(session, 'work_item_attempts', table, keysOf(columns), {
        started_at: sql`coalesce(j.claimed_at, @now)`,
        finished_at: sql`@now`,
      });
    }
  },

  async insertRecords(session, rows) {
    // Payloads are too long to be parsed once more as part of a JSON text.
    for (const some of rowsAtOnce(rows)) {
      const table = jsonTable(
        recordColumns,
        some.map((row, at) => ({ ...row, row: at })),
        (row, name) => row[name] ?? null,
      );
      const payloads = some.map(
        ({ payload }, at) => sql`when ${sql.lit(at)} then ${longText(payload)}`,
      );
      const { row: _row, ...columns } = recordColumns;
      await insertFrom(session, 'IngestRecords', table, keysOf(columns), {
        payload: sql`case j.row ${sql.join(payloads, sql` `)} end`,
        fetched_at_utc: sql`@now`,
      });
    }
  },
};

/** The keys of a record of columns are its columns; Object.keys forgets that. */
function keysOf<Name extends string>(columns: Readonly<Record<Name, JsonColumn>>): Name[] {
  return Object.keys(columns) as Name[];
}

async function insertFrom<Name extends string>(
  { q, engine }: Session,
  into: TableName,
  { from, column }: { from: RawBuilder<unknown>; column(name: Name): RawBuilder<unknown> },
  names: readonly Name[],
  more: Readonly<Record<string, RawBuilder<unknown>>>,
): Promise<void> {
  const columns = [...names, ...Object.keys(more)].map((name) => sql.id(name));
  const values = [...names.map((name) => column(name)), ...Object.values(more)];
  await sql`
    declare @now datetime2(3) = sysutcdatetime();
    insert into ${engine.table(into)} (${sql.join(columns)})
    select ${sql.join(values)} from ${from};`.execute(q);
}
