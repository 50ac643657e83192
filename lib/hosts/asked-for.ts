/** Which hosts are the business of whoever sees some sources: those that these sources have asked. */
import { type Expression, type RawBuilder, sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import { ofSources } from '#lib/paging/of-sight.ts';

/** Whether a host was asked by one of the sources. @param host the column with its name */
export const askedBy = (
  { q, engine }: Session,
  host: Expression<string>,
  names: readonly string[],
): RawBuilder<boolean> =>
  sql<boolean>`${host} in ${q
    .selectFrom('source_hosts as asked')
    .select('asked.host')
    .where(ofSources(engine, sql.ref('asked.source_name'), names))}`;
