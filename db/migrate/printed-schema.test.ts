import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { printSqliteSchema, printSqlServerSchema } from '#test/db/print-schema.ts';
import { migrate } from './migrate.ts';

let dir: string;
let file: string;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'printed-schema-'));
  file = path.join(dir, 'new.db');
  await migrate({ engine: 'sqlite', path: file, reason: 'The schema is printed.', notes: [] });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

it('docs/schema-sqlite.sql is what the migrations come to; vitest -u prints it', async () => {
  await expect(printSqliteSchema(file)).toMatchFileSnapshot('../../docs/schema-sqlite.sql');
});

it('docs/schema-sqlserver.sql is what the migrations come to; vitest -u prints it', async () => {
  await expect(printSqlServerSchema()).toMatchFileSnapshot('../../docs/schema-sqlserver.sql');
});

it('both engines have the same tables with the same columns', () => {
  const tables = (sql: string) =>
    [...sql.matchAll(/^CREATE TABLE (?:\[ingest\]\.)?\[?(\w+)\]? \(\n([\s\S]+?)\n\)/gm)]
      .map(([, table = '', body = '']) => ({ table, columns: columnsOf(body) }))
      // Only SQLite turns triggers off by a row, and its queue is a view over partial indexes.
      .filter(({ table }) => table !== 'counted_together' && table !== 'ready_items')
      .toSorted((a, b) => a.table.localeCompare(b.table));
  const sqlite = tables(printSqliteSchema(file));
  expect(sqlite.length).toBeGreaterThan(20);
  expect(tables(printSqlServerSchema())).toEqual(sqlite);
});

const columnsOf = (body: string) =>
  [...body.matchAll(/^ +\[?([a-z]\w*)\]? [A-Z]/gm)].map(([, column]) => column).toSorted();
