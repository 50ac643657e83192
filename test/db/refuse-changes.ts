/** Faults in the middle of a transaction, as a database has them: a trigger that refuses new rows of a table. */
import { sql } from 'kysely';
import type { Db } from '#db/engine.ts';
import type { TableName } from '#db/schema.ts';
import type { DatabaseSettings } from '#db/settings/model.ts';

/** `runs`: additions to the numbers of runs, which one engine makes in their rows. */
const writtenTo = {
  sqlite: 'update on ingest_runs',
  sqlserver: 'insert on run_deltas',
} as const;

/** Returns how to allow them again. */
export async function refuseChanges(
  { db, settings }: { readonly db: Db; readonly settings: DatabaseSettings },
  what: TableName | 'runs',
): Promise<() => Promise<void>> {
  const [kind = '', table = ''] = (
    what === 'runs' ? writtenTo[db.name] : `insert on ${what}`
  ).split(' on ');
  // Its name is one of those in the types.
  const on = db.engine.table(table as TableName);
  const trigger =
    settings.engine === 'sqlserver' ? sql.id(settings.schema, 'refusing') : sql.id('refusing');
  const created =
    settings.engine === 'sqlite'
      ? sql`create trigger ${trigger} before ${sql.raw(kind)} on ${on} begin select raise(abort, 'refused'); end`
      : sql`create trigger ${trigger} on ${on} after ${sql.raw(kind)} as throw 50000, 'refused', 1`;
  await created.execute(db.q);
  return async () => {
    await sql`drop trigger ${trigger}`.execute(db.q);
  };
}
