/** A database as the earlier Holocron system left it, with rows in it, for migration tests. */
import { readFileSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { splitBatches } from '#db/migrate/split-batches.ts';
import type { DatabaseSettings } from '#db/settings/model.ts';
import { connect } from '#db/sqlserver/connection.ts';

/**
 * Makes tables and rows; each row of `work_items` below, one record, one run, one seen resource.
 * @param vary changes a batch before it is sent to SQL Server: no two shops have made theirs alike
 */
export async function makeHolocronDatabase(
  settings: DatabaseSettings,
  vary: (batch: string) => string = (batch) => batch,
): Promise<void> {
  if (settings.engine === 'sqlite') {
    const file = new Sqlite(settings.path);
    for (const name of ['0002_create_tables', '0003_indexes_constraints']) {
      for (const batch of batchesOf(`../../db/migrations/sqlite/${name}.sql`)) file.exec(batch);
    }
    for (const statement of rowsOf('')) file.exec(statement);
    file.close();
    return;
  }
  const connection = await connect(settings);
  try {
    await connection.executeBatch(`CREATE SCHEMA [${settings.schema}]`);
    for (const batch of [
      ...batchesOf('./holocron-sqlserver.sql'),
      ...rowsOf(`[${settings.schema}].`),
    ]) {
      await connection.executeBatch(vary(batch).replaceAll('$(schema)', settings.schema));
    }
  } finally {
    await connection.close();
  }
}

/** Adds so many work items, a tenth of them pending; returns how many there are then. */
export async function fillHolocronDatabase(
  settings: DatabaseSettings,
  count: number,
): Promise<number> {
  const isSqlite = settings.engine === 'sqlite';
  const [recursive, end] = isSqlite ? ['RECURSIVE', ''] : ['', 'OPTION (MAXRECURSION 0)'];
  const at = "'2025-03-01T10:00:00.000Z'";
  const [insert, select] = [
    `INSERT INTO ${isSqlite ? '' : `[${settings.schema}].`}work_items (work_item_id, source_system, source_name, resource_type,
      resource_id, request_uri, request_method, status, attempt, created_at, updated_at, dedupe_key)`,
    `SELECT CONCAT('00000000-0000-4000-9000-', ${isSqlite ? "printf('%012d', i)" : "RIGHT(CONCAT('000000000000', i), 12)"}),
      'mediawiki', 'large', 'page', CONCAT('Page_', i), CONCAT('https://example.org/', i), 'GET',
      CASE WHEN i % 10 = 0 THEN 'pending' ELSE 'completed' END, 1, ${at}, ${at}, CONCAT('mediawiki:large:page:Page_', i) FROM n`,
  ];
  const numbers = `WITH ${recursive} n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;
  const text = `${numbers} ${insert} ${select} ${end}`;
  if (isSqlite) {
    const file = new Sqlite(settings.path);
    file.exec(text);
    file.close();
  } else {
    const connection = await connect(settings);
    try {
      await connection.executeBatch(text);
    } finally {
      await connection.close();
    }
  }
  return count + holocronItems.length;
}

/** Key, status and error of the work items of that database, in id order. */
export const holocronItems = [
  {
    dedupe_key: 'mediawiki:wookieepedia:page:Luke_Skywalker',
    status: 'completed',
    error_message: null,
  },
  { dedupe_key: 'mediawiki:wookieepedia:page:Star_Wars', status: 'pending', error_message: null },
  { dedupe_key: 'openalex:works:work:W1', status: 'failed', error_message: "it's broken" },
] as const;

function batchesOf(file: string): string[] {
  return splitBatches(readFileSync(new URL(file, import.meta.url), 'utf8')).map(({ sql }) => sql);
}

function rowsOf(prefix: string): string[] {
  const at = "'2025-03-01T10:00:00.000Z'";
  const items = holocronItems.map(({ dedupe_key, status, error_message }, n) => {
    const [system, name, type, id] = dedupe_key.split(':');
    const error = error_message === null ? 'NULL' : `'${error_message.replaceAll("'", "''")}'`;
    return `INSERT INTO ${prefix}work_items (work_item_id, source_system, source_name, resource_type, resource_id,
      request_uri, request_method, status, attempt, created_at, updated_at, error_message, dedupe_key)
      VALUES ('00000000-0000-4000-8000-00000000000${n}', '${system}', '${name}', '${type}', '${id}', 'https://example.org/${n}',
      'GET', '${status}', 1, ${at}, ${at}, ${error}, '${dedupe_key}')`;
  });
  const run = "'0f9d1c52-8b1f-4d0e-9a39-6a3c4c1f2b01'";
  return [
    ...items,
    `INSERT INTO ${prefix}ingest_runs (run_id, started_at, status, items_processed) VALUES (${run}, ${at}, 'completed', 2)`,
    `INSERT INTO ${prefix}IngestRecords (ingest_id, source_system, source_name, resource_type, resource_id, request_uri,
      request_method, status_code, payload, run_id) VALUES ('1f9d1c52-8b1f-4d0e-9a39-6a3c4c1f2b02', 'openalex', 'works', 'work',
      'W1', 'https://example.org/2', 'GET', 200, '{"a": 1}', ${run})`,
    `INSERT INTO ${prefix}seen_resources (resource_key, source_system, source_name, resource_type, resource_id)
      VALUES ('mediawiki:wookieepedia:page:Star_Wars', 'mediawiki', 'wookieepedia', 'page', 'Star_Wars')`,
  ];
}
