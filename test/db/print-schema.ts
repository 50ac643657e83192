/** The final schema of a new database as SQL, for `docs/`: what the migrations come to, guards resolved. */
import Sqlite from 'better-sqlite3';
import { migrationsDir, readMigrationFiles } from '#db/migrate/files.ts';
import { readFinalSchema } from '#db/migrate/final-schema.ts';
import { splitList } from '#db/migrate/tsql.ts';

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

/** Throws on a batch that is of none of the known shapes. */
export function printSqlServerSchema(): string {
  const files = readMigrationFiles(migrationsDir('sqlserver'));
  const { tables, modules, unknown } = readFinalSchema(files);
  if (unknown.length > 0) throw new Error(`of no known shape: ${unknown.join(', ')}`);
  const printed = tables.flatMap(({ name, columns, constraints, rest }) => [
    `CREATE TABLE ${name} (\n${[...columns, ...constraints].map(indented).join(',\n')}\n);`,
    ...rest.values(),
  ]);
  const all = ['CREATE SCHEMA [ingest];', ...printed, ...modules];
  return page('SQL Server', all.join('\nGO\n').replaceAll('$(schema)', 'ingest'));
}

const indented = (definition: string) => definition.replace(/^/gm, '    ');

function page(engine: string, statements: string): string {
  return `-- The schema of a new database on ${engine}, as the migrations leave it. Printed by
-- db/migrate/printed-schema.test.ts (“vitest run --project unit db/migrate -u”), to be read: “pnpm db:init” is what
-- makes it.

${statements}
`;
}
