import type { Session } from '#db/engine.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { Source } from './model.ts';
import { toSource } from './source-row.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The source of that name or id, unless it was deleted; null when there is none. */
export async function getSource(s: Session, nameOrId: string): Promise<Source | null> {
  const row =
    (await rowWhere(s, 'name', nameOrId)) ??
    (uuid.test(nameOrId) ? await rowWhere(s, 'source_id', nameOrId.toLowerCase()) : undefined);
  if (!row) return null;
  const secrets = await s.q
    .selectFrom('source_secrets')
    .select('secret_name')
    .where('source_id', '=', row.source_id)
    .orderBy('secret_name')
    .execute();
  return toSource(
    row,
    secrets.map(({ secret_name: name }) => name),
  );
}

const rowWhere = (s: Session, column: 'name' | 'source_id', value: string) =>
  s.q
    .selectFrom('sources')
    .selectAll()
    .where(column, '=', value)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();

/** The same, but throws `source_unknown` when there is none. */
export async function requireSource(s: Session, nameOrId: string): Promise<Source> {
  const source = await getSource(s, nameOrId);
  if (!source) throw new AppError('source_unknown', `There is no source "${nameOrId}".`);
  return source;
}
