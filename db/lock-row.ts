/** A row that is locked before it is read, so that who saves compares with what is stored and not with what was. */
import { sql } from 'kysely';
import type { Session } from './engine.ts';
import type { Database } from './schema.ts';

/** Tables whose rows say when they were changed last. */
type Stamped = {
  [T in keyof Database]: Database[T] extends { updated_at: unknown } ? T : never;
}[keyof Database];

/**
 * Whoever else would change the row waits until this transaction is over; one that is not there locks nothing. An
 * update that changes nothing: it is what locks on both engines, and needs no hint.
 */
export async function lockRow<T extends Stamped>(
  { q, engine }: Session,
  table: T,
  key: keyof Database[T] & string,
  value: string,
): Promise<void> {
  await sql`update ${engine.table(table)} set updated_at = updated_at where ${sql.id(key)} = ${value}`.execute(
    q,
  );
}
