/** Tells a wrong schema name from a database that was never set up. */
import { sql } from 'kysely';
import type { Session, TablesElsewhere } from '../engine.ts';

const mostNamed = 5;

export async function tablesElsewhere(
  { q }: Session,
  configured: string,
): Promise<TablesElsewhere | null> {
  // A table name that hardly anybody else has. Compared as it is and in lower case, as Babelfish lists it: a
  // server that tells cases apart knows its catalogue by this spelling alone, and to a Turkish one i is not I.
  const { rows } = await sql<{ name: string }>`
    select distinct s.name from sys.tables as t join sys.schemas as s on s.schema_id = t.schema_id
    where t.name in (N'IngestRecords', N'ingestrecords') order by s.name`.execute(q);
  const found = rows.map(({ name }) => name);
  const here = found.some((name) => name.toLowerCase() === configured.toLowerCase());
  return here || found.length === 0 ? null : { configured, found: found.slice(0, mostNamed) };
}
