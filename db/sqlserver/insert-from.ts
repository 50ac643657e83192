/** Inserting rows that come as one JSON parameter. */
import { type RawBuilder, sql } from 'kysely';
import type { Session } from '../engine.ts';
import type { TableName } from '../schema.ts';
import type { JsonColumn } from './json-rows.ts';

/** The keys of a record of columns are its columns; Object.keys forgets that. */
export function keysOf<Name extends string>(columns: Readonly<Record<Name, JsonColumn>>): Name[] {
  return Object.keys(columns) as Name[];
}

interface Rows<Name extends string> {
  readonly from: RawBuilder<unknown>;
  column(name: Name): RawBuilder<unknown>;
}

/** The statement. `more` are further columns; `@now` is declared by whoever sends it. */
export function insertFrom<Name extends string>(
  { engine }: Session,
  into: TableName,
  { from, column }: Rows<Name>,
  names: readonly Name[],
  more: Readonly<Record<string, RawBuilder<unknown>>>,
): RawBuilder<unknown> {
  const columns = [...names, ...Object.keys(more)].map((name) => sql.id(name));
  const values = [...names.map((name) => column(name)), ...Object.values(more)];
  return sql`
    insert into ${engine.table(into)} (${sql.join(columns)})
    select ${sql.join(values)} from ${from}`;
}

/** The moment of a statement, under the name by which `insertFrom` knows it. */
export const declareNow = sql`declare @now datetime2(3) = sysutcdatetime();`;
