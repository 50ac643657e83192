/** How often an item may be tried. */
import type { Session } from '#db/engine.ts';

/** For items whose source is not configured here: the specification's three retries after the first. */
const defaultMaxAttempts = 4;

/** `max_retries` + 1 of the item's source. */
export async function maxAttemptsOf(
  s: Session,
  item: { readonly source_system: string; readonly source_name: string },
): Promise<number> {
  const source = await s.q
    .selectFrom('sources')
    .select('max_attempts')
    .where('source_type', '=', item.source_system)
    .where('name', '=', item.source_name)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return source?.max_attempts ?? defaultMaxAttempts;
}
