/** The plainest queue in a SQLite file, with the product's settings for durability. */
import { openHandle } from '#db/sqlite/file.ts';
import { type PlainQueue, type PlainRow, plainColumns } from './plain-queue.ts';

/** Long: that writers wait for each other is measured, not given up. */
const busyTimeoutMs = 60_000;

const tables = `
  create table work_items (
    work_item_id text primary key, source_system text not null, source_name text not null,
    resource_type text not null, resource_id text not null, request_uri text not null, request_method text not null,
    request_headers text, request_body text, metadata text, priority integer not null default 100,
    status text not null, attempt integer not null default 0, run_id text, discovered_from text,
    created_at text not null, updated_at text not null, error_message text, dedupe_key text not null
  );
  create index ix_work_items_status on work_items (status, priority, created_at);
  create unique index ix_work_items_dedupe on work_items (dedupe_key);
  create index ix_work_items_run_id on work_items (run_id);
  create index ix_work_items_source on work_items (source_system, source_name);`;

const now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

export function createPlainSqlite(file: string): void {
  const handle = openHandle(file);
  handle.exec(tables);
  handle.close();
}

export function openPlainSqlite(file: string): PlainQueue {
  const handle = openHandle(file);
  handle.pragma(`busy_timeout = ${busyTimeoutMs}`);
  const taken = plainColumns.map((name) => `value ->> '${name}'`);
  const insert = handle.prepare<[string]>(
    `insert into work_items (${plainColumns.join(', ')}) select ${taken.join(', ')} from json_each(?) where true
     on conflict (dedupe_key) do nothing`,
  );
  const insertOne = handle.prepare<PlainRow>(
    `insert into work_items (${plainColumns.join(', ')}) values (${plainColumns.map((name) => `@${name}`).join(', ')})
     on conflict (dedupe_key) do nothing`,
  );
  // The plus keeps SQLite from walking all that is pending instead of looking up the ids.
  const claim = handle.prepare<[number], PlainRow>(
    `update work_items set status = 'in_progress', attempt = attempt + 1, updated_at = ${now}
     where +status = 'pending' and work_item_id in
       (select work_item_id from work_items where status = 'pending' order by priority, created_at limit ?)
     returning *`,
  );
  const complete = handle.prepare<[string]>(
    `update work_items set status = 'completed', updated_at = ${now}
     where +status = 'in_progress' and work_item_id in (select value from json_each(?))`,
  );
  return {
    enqueue: async (rows) => insert.run(JSON.stringify(rows)).changes,
    enqueueOne: async (row) => insertOne.run(row).changes,
    claim: async (limit) => claim.all(limit).map((row) => row.work_item_id),
    complete: async (ids) => complete.run(JSON.stringify(ids)).changes,
    close: async () => {
      handle.close();
    },
  };
}
