/** The plainest queue on SQL Server, in a schema beside the product's. */
import { RequestError } from 'tedious';
import type { SqlServerSettings } from '#db/settings/model.ts';
import { closeBare, connectBare, execute } from '../queue/bare-tedious.ts';
import { type PlainQueue, plainColumns } from './plain-queue.ts';

const deadlockVictim = 1205;

const tables = (schema: string) => [
  `create schema [${schema}]`,
  `create table [${schema}].[work_items] (
    work_item_id nvarchar(36) primary key, source_system nvarchar(100) not null, source_name nvarchar(100) not null,
    resource_type nvarchar(100) not null, resource_id nvarchar(500) not null, request_uri nvarchar(2000) not null,
    request_method nvarchar(10) not null, request_headers nvarchar(max), request_body nvarchar(max),
    metadata nvarchar(max), priority int not null default 100, status nvarchar(20) not null,
    attempt int not null default 0, run_id nvarchar(36), discovered_from nvarchar(36), created_at datetime2 not null,
    updated_at datetime2 not null, error_message nvarchar(max), dedupe_key nvarchar(800) not null
  )`,
  `create index ix_work_items_status on [${schema}].[work_items] (status, priority, created_at)`,
  `create unique index ix_work_items_dedupe on [${schema}].[work_items] (dedupe_key)`,
  `create index ix_work_items_run_id on [${schema}].[work_items] (run_id)`,
  `create index ix_work_items_source on [${schema}].[work_items] (source_system, source_name)`,
];

/** Of the columns that are no text of at most 500 characters, for OPENJSON. */
const columnTypes: Readonly<Record<string, string>> = {
  request_uri: 'nvarchar(2000)',
  priority: 'int',
  attempt: 'int',
  created_at: 'datetime2',
  updated_at: 'datetime2',
  dedupe_key: 'nvarchar(800)',
};

export async function createPlainSqlServer(settings: SqlServerSettings): Promise<void> {
  const connection = await connectBare(settings);
  try {
    for (const text of tables(settings.schema)) await execute(connection, text);
  } finally {
    await closeBare(connection);
  }
}

export async function openPlainSqlServer(settings: SqlServerSettings): Promise<PlainQueue> {
  const connection = await connectBare(settings);
  const table = `[${settings.schema}].[work_items]`;
  const names = plainColumns.join(', ');
  const typed = plainColumns.map((name) => `${name} ${columnTypes[name] ?? 'nvarchar(500)'}`);
  const insert = `insert into ${table} (${names})
    select ${names} from openjson(@1) with (${typed.join(', ')}) as given
    where not exists (select 1 from ${table} as known where known.dedupe_key = given.dedupe_key)`;
  const values = plainColumns.map((_, index) => `@${index + 1}`);
  const insertOne = `insert into ${table} (${names}) select ${values.join(', ')}
    where not exists (select 1 from ${table} where dedupe_key = @${plainColumns.indexOf('dedupe_key') + 1})`;
  const claim = `update ${table}
    set status = N'in_progress', attempt = attempt + 1, updated_at = sysutcdatetime()
    output inserted.*
    where status = N'pending' and work_item_id in
      (select top (@1) work_item_id from ${table} with (updlock, rowlock, readpast)
       where status = N'pending' order by priority, created_at)`;
  const complete = `update ${table} set status = N'completed', updated_at = sysutcdatetime()
    where status = N'in_progress'
      and work_item_id in (select work_item_id from openjson(@1) with (work_item_id nvarchar(36) '$'))`;
  return {
    enqueue: async (rows) => (await execute(connection, insert, [JSON.stringify(rows)])).rowCount,
    enqueueOne: async (row) => {
      const parameters = plainColumns.map((name) => row[name]);
      return (await execute(connection, insertOne, parameters)).rowCount;
    },
    // The id is the table's first column.
    claim: async (limit) => {
      const { rows } = await again(() => execute(connection, claim, [limit]));
      return rows.map(([id]) => String(id));
    },
    complete: async (ids) => {
      const parameters = [JSON.stringify(ids)];
      return (await again(() => execute(connection, complete, parameters))).rowCount;
    },
    close: () => closeBare(connection),
  };
}

/** A deadlock's victim has changed nothing, and is sent again. */
async function again<T>(send: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await send();
    } catch (error) {
      const isVictim = error instanceof RequestError && error.number === deadlockVictim;
      if (!isVictim) throw error;
    }
  }
}
