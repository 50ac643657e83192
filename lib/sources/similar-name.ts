/** Names that a database may take for one another. */
import type { Session } from '#db/engine.ts';
import { AppError } from '#lib/errors/app-error.ts';

/**
 * What names have in common that differ only in case, accents or the width of letters. A SQL Server
 * database compares the source names of items by a collation of its own, so the items of two such
 * sources would be claimed, counted and shown as those of both.
 */
export const nameKey = (name: string): string =>
  name.normalize('NFKD').replace(/\p{M}/gu, '').toUpperCase().toLowerCase();

/**
 * Throws `source_name_taken` when another source has such a name. One that was deleted counts, too:
 * its items stay under its name. Its very name may be used again.
 */
export async function refuseSimilarName(session: Session, name: string): Promise<void> {
  const rows = await session.q.selectFrom('sources').select(['name', 'deleted_at']).execute();
  const key = nameKey(name);
  const similar = rows.find((row) => row.name !== name && nameKey(row.name) === key);
  if (!similar) return;
  throw differsTooLittle(
    name,
    similar.deleted_at === null
      ? `the source "${similar.name}"`
      : `the deleted source "${similar.name}", whose items are kept`,
  );
}

export const differsTooLittle = (name: string, other: string): AppError =>
  new AppError(
    'source_name_taken',
    `The name "${name}" differs only in case or accents from ${other}.`,
    {
      remedy: 'Choose a name that differs in its letters, or use the same name exactly.',
      fields: { name: 'differs only in case or accents from another source' },
    },
  );
