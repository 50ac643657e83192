/** What the T-SQL migrations come to in a new database, guards resolved: the one place that knows what is expected. */
import type { MigrationFile } from './files.ts';
import { splitBatches } from './split-batches.ts';
import { readAddColumns, readCreateIndex, withoutLeadingComments } from './tsql.ts';

export interface FinalTable {
  /** `[$(schema)].[work_items]`. */
  readonly name: string;
  /** Each definition as it stands in CREATE TABLE, with the comments above it. */
  readonly columns: string[];
  readonly constraints: string[];
  /** Indexes, triggers and first rows, each with its comment. */
  readonly rest: Map<string, string>;
}

export interface FinalSchema {
  readonly tables: readonly FinalTable[];
  /** Each `CREATE PROCEDURE …` and `CREATE VIEW …`. */
  readonly modules: readonly string[];
  /** Where a batch stands that is of none of the known shapes: `0005_ready_items:120`. */
  readonly unknown: readonly string[];
}

/** From the files alone: no server is needed. Names stand in them as the files write them, with `$(schema)`. */
export function readFinalSchema(files: readonly MigrationFile[]): FinalSchema {
  const tables = new Map<string, FinalTable>();
  const modules: string[] = [];
  const unknown: string[] = [];
  for (const { name, script } of files) {
    for (const { sql, line } of splitBatches(script)) {
      if (/^CREATE (?:PROCEDURE|VIEW) /.test(withoutLeadingComments(sql))) modules.push(sql.trim());
      else if (!read(sql, tables)) unknown.push(`${name}:${line}`);
    }
  }
  return { tables: [...tables.values()], modules, unknown };
}

function read(batch: string, tables: Map<string, FinalTable>): boolean {
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

function readTable(code: string, tables: Map<string, FinalTable>): boolean {
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

function readCheck(code: string, tables: Map<string, FinalTable>): boolean {
  const [, table, constraint] =
    /^IF NOT EXISTS \(SELECT 1 FROM sys\.check_constraints .*\n\s+ALTER TABLE (\S+) WITH CHECK ADD (CONSTRAINT .+);$/.exec(
      code,
    ) ?? [];
  if (!table || !constraint) return false;
  tables.get(table)?.constraints.push(constraint);
  return true;
}

function readTriggers(code: string, comment: string, tables: Map<string, FinalTable>): boolean {
  const found = [...code.matchAll(/EXEC\(N'(CREATE TRIGGER (\S+) ON (\S+)[\s\S]+?\n {4}END)'\)/g)];
  for (const [at, [, body, name, table]] of found.entries()) {
    if (!body || !name || !table) continue;
    const statement = body.replaceAll("''", "'").replace(/^ {4}/gm, '');
    tables.get(table)?.rest.set(name, `${at === 0 ? comment : ''}${statement};`);
  }
  return found.length > 0;
}

function readRow(code: string, tables: Map<string, FinalTable>): boolean {
  const [, table, statement] =
    /^IF NOT EXISTS \(SELECT 1 FROM (\S+)\)\s+(INSERT INTO .+;)$/.exec(code) ?? [];
  if (!table || !statement) return false;
  tables.get(table)?.rest.set('row', statement);
  return true;
}
