/** Emptying tables between tests: also those that nobody may delete from. */
import { sql } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import type { TableName } from '#db/schema.ts';

const ofAudit: readonly TableName[] = [
  'audit_anchors',
  'audit_log',
  'audit_unsealed',
  'audit_chain',
];

/** Deletes all rows, in the order of the tables; with `audit_log` goes its chain. */
export async function emptyTables(db: Db, tables: readonly TableName[]): Promise<void> {
  for (const table of tables) {
    if (table === 'audit_log') await changeAudit(db, (tx) => empty(tx, ofAudit));
    else await empty(db, [table]);
  }
}

async function empty({ q }: Session, tables: readonly TableName[]): Promise<void> {
  for (const table of tables) await q.deleteFrom(table).execute();
}

/** Does what nobody may do to the audit log, as the owner of the database can. */
export async function changeAudit(
  db: Db,
  change: (tx: Session) => Promise<unknown>,
): Promise<void> {
  await db.transaction(async (tx) => {
    // On SQL Server it is a matter of grants, and the tests' login owns the schema.
    const triggers = db.name === 'sqlite' ? await triggersOfAudit(tx) : [];
    for (const { name } of triggers) await sql`drop trigger ${sql.ref(name)}`.execute(tx.q);
    await change(tx);
    for (const trigger of triggers) await sql.raw(trigger.sql).execute(tx.q);
  });
}

async function triggersOfAudit({ q }: Session) {
  const { rows } = await sql<{ name: string; sql: string }>`
    select name, sql from sqlite_schema where type = 'trigger' and tbl_name like 'audit_%'`.execute(
    q,
  );
  return rows;
}
