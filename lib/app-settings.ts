/** What a deployment remembers of itself, by name; each value is JSON. */
import type { Session } from '#db/engine.ts';

/** The value's text; null when it was never set. */
export async function readAppSetting({ q }: Session, name: string): Promise<string | null> {
  const row = await q
    .selectFrom('app_settings')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.value ?? null;
}

/** Sets it, whatever it was before. Call it in a transaction: it deletes and inserts. */
export async function putAppSetting(
  { q, engine }: Session,
  name: string,
  value: unknown,
): Promise<void> {
  await q.deleteFrom('app_settings').where('name', '=', name).execute();
  await q
    .insertInto('app_settings')
    .values({ name, value: JSON.stringify(value), updated_at: engine.now() })
    .execute();
}
