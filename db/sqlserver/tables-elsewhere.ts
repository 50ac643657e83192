/** Tells a wrong schema name from a database that was never set up. */
import { sql } from 'kysely';
import type { Session, TablesElsewhere } from '../engine.ts';

const mostNamed = 5;

export async function tablesElsewhere(
  { q }: Session,
  configured: string,
): Promise<TablesElsewhere | null> {
  // A table name that hardly anybody else has; the catalog may tell names in lower case.
  const { rows } = await sql<{ name: string }>`
    select distinct table_schema as name from information_schema.tables
    where lower(table_name) = ${'ingestrecords'} order by name`.execute(q);
  const found = rows.map(({ name }) => name);
  const here = found.some((name) => name.toLowerCase() === configured.toLowerCase());
  return here || found.length === 0 ? null : { configured, found: found.slice(0, mostNamed) };
}
