/** The final schema of a new database as SQL, for `docs/`: what the migrations come to, guards resolved. */
import Sqlite from 'better-sqlite3';
import { migrationsDir, readMigrationFiles } from '#db/migrate/files.ts';
import { splitBatches } from '#db/migrate/split-batches.ts';
import {
  readAddColumns,
  readCreateIndex,
  splitList,
  withoutLeadingComments,
} from '#db/migrate/tsql.ts';

/** From a migrated file. */
export function printSqliteSchema(path: string): string {
  const file = new Sqlite(path, { readonly: true });
  try {
    const objects = file
      .prepare<[], { type: string; tbl_name: string; sql: string }>(
        `SELECT type, tbl_name, sql FROM sqlite_schema
         WHERE sql IS NOT NULL AND tbl_name NOT IN ('schema_migrations', 'sqlite_sequence') ORDER BY rowid`,
      )
      .all();
    const tables = objects.filter(({ type }) => type === 'table' || type === 'view');
    const statements = tables.flatMap((table) => [
      withBrokenLines(table.sql),
      ...objects
        .filter((one) => one.tbl_name === table.tbl_name && one !== table)
        .map(({ sql }) => sql),
    ]);
    return page('SQLite', statements.map((sql) => `${sql};`).join('\n\n'));
  } finally {
    file.close();
  }
}

/** SQLite appends added columns to the last line of a table. */
function withBrokenLines(sql: string): string {
  const lines = sql.split('\n').map((line) => {
    const parts = splitList(line.replace(/,$/, ''));
    if (parts.length === 1 || line.trim().startsWith('--')) return line;
    return `  ${parts.join(',\n  ')}${line.endsWith(',') ? ',' : ''}`;
  });
  return lines.join('\n');
}

interface Table {
  readonly name: string;
  readonly columns: string[];
  readonly constraints: string[];
  /** Indexes, triggers and first rows, each with its comment. */
  readonly rest: Map<string, string>;
}

/** From the files alone: no server is needed. Throws on a batch that is of none of the known shapes. */
export function printSqlServerSchema(): string {
  const tables = new Map<string, Table>();
  const modules: string[] = [];
  for (const { name, script } of readMigrationFiles(migrationsDir('sqlserver'))) {
    for (const { sql, line } of splitBatches(script)) {
      if (/^CREATE (?:PROCEDURE|VIEW) /.test(withoutLeadingComments(sql))) modules.push(sql.trim());
      else if (!read(sql, tables)) throw new Error(`${name}:${line} is of no known shape.`);
    }
  }
  const printed = [...tables.values()].flatMap(({ name, columns, constraints, rest }) => [
    `CREATE TABLE ${name} (\n${[...columns, ...constraints].map(indented).join(',\n')}\n);`,
    ...rest.values(),
  ]);
  const all = ['CREATE SCHEMA [ingest];', ...printed, ...modules];
  return page('SQL Server', all.join('\nGO\n').replaceAll('$(schema)', 'ingest'));
}

const indented = (definition: string) => definition.replace(/^/gm, '    ');

function read(batch: string, tables: Map<string, Table>): boolean {
  const code = withoutLeadingComments(batch);
  const comment = batch.slice(0, batch.indexOf(code));
  // Settings of the session, the schema, options of storage, what is made anew, and what only an older database has
  // to be changed.
  if (
    /^SET |^IF SCHEMA_ID|^IF EXISTS \(|^IF COL_LENGTH\(N'\S+', N'\w+'\) IS NOT NULL|^UPDATE |^INSERT INTO |^IF @@VERSION|^DECLARE @ids|^IF OBJECT_ID\(N'\S+', N'[PV]'\) IS NOT NULL/.test(
      code,
    )
  ) {
    return true;
  }
  const added = readAddColumns(batch);
  if (added) {
    tables.get(added.table)?.columns.push(...added.columns.map(({ definition }) => definition));
    return true;
  }
  const index = readCreateIndex(batch);
  if (index) {
    const rest = tables.get(index.table)?.rest;
    const statement = index.statement.replace(/^ {4}/gm, '');
    if (rest && !rest.has(index.name)) rest.set(index.name, `${comment}${statement};`);
    return true;
  }
  return (
    readTable(code, tables) ||
    readCheck(code, tables) ||
    readTriggers(code, comment, tables) ||
    readRow(code, tables)
  );
}

function readTable(code: string, tables: Map<string, Table>): boolean {
  const [, name, body] =
    /^IF OBJECT_ID\(.+\n\s*BEGIN\n\s+CREATE TABLE (\S+) \(\n([\s\S]+)\n {4}\);\nEND$/.exec(code) ??
    [];
  if (!name || !body) return false;
  // A comment belongs to the column below it.
  const parts = body.replace(/^ {8}/gm, '').split(/,\n/);
  tables.set(name, {
    name,
    columns: parts.filter((part) => !/^(--.*\n)*CONSTRAINT/.test(part)),
    constraints: parts.filter((part) => /^(--.*\n)*CONSTRAINT/.test(part)),
    rest: new Map(),
  });
  return true;
}

function readCheck(code: string, tables: Map<string, Table>): boolean {
  const [, table, constraint] =
    /^IF NOT EXISTS \(SELECT 1 FROM sys\.check_constraints .*\n\s+ALTER TABLE (\S+) WITH CHECK ADD (CONSTRAINT .+);$/.exec(
      code,
    ) ?? [];
  if (!table || !constraint) return false;
  tables.get(table)?.constraints.push(constraint);
  return true;
}

function readTriggers(code: string, comment: string, tables: Map<string, Table>): boolean {
  const found = [...code.matchAll(/EXEC\(N'(CREATE TRIGGER (\S+) ON (\S+)[\s\S]+?\n {4}END)'\)/g)];
  for (const [at, [, body, name, table]] of found.entries()) {
    if (!body || !name || !table) continue;
    const statement = body.replaceAll("''", "'").replace(/^ {4}/gm, '');
    tables.get(table)?.rest.set(name, `${at === 0 ? comment : ''}${statement};`);
  }
  return found.length > 0;
}

function readRow(code: string, tables: Map<string, Table>): boolean {
  const [, table, statement] =
    /^IF NOT EXISTS \(SELECT 1 FROM (\S+)\)\s+(INSERT INTO .+;)$/.exec(code) ?? [];
  if (!table || !statement) return false;
  tables.get(table)?.rest.set('row', statement);
  return true;
}

function page(engine: string, statements: string): string {
  return `-- The schema of a new database on ${engine}, as the migrations leave it. Printed by
-- db/migrate/printed-schema.test.ts (“vitest run --project unit db/migrate -u”), to be read: “pnpm db:init” is what
-- makes it.

${statements}
`;
}
