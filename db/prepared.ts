/**
 * Statements whose text is made once: building and compiling one with Kysely takes longer than SQLite
 * takes to run it. What changes from call to call are its slots.
 */
import {
  type Compilable,
  type CompiledQuery,
  type QueryResult,
  type RawBuilder,
  sql,
} from 'kysely';
import { rowsAtOnce } from './chunks.ts';
import type { Engine, Session } from './engine.ts';

/** What a slot may hold: what goes to a driver as it is. */
type Value = string | number | Uint8Array | null;
type Values<I> = { readonly [K in keyof I]: Value };

/** Stands in the statement for a value of the input. */
export type SlotOf<I> = <K extends keyof I & string>(name: K) => RawBuilder<I[K]>;

/** Which value of which row goes where a parameter is. */
class Slot {
  readonly row: number;
  readonly name: string;
  constructor(row: number, name: string) {
    this.row = row;
    this.name = name;
  }
}

/**
 * A statement over rows, in portions (`rowsAtOnce`).
 * @param build must make the same text for the same number of rows
 * @returns runs it over all rows; the rows that it gives back, of all portions
 */
export function preparedRows<I extends Values<I>, O>(
  build: (session: Session, rows: readonly SlotOf<I>[]) => Compilable<O>,
): (session: Session, rows: readonly I[]) => Promise<O[]> {
  const statementOf = textOnce((session, count: number) =>
    build(
      session,
      Array.from({ length: count }, (_, row) => slotsOf<I>(row)),
    ),
  );
  return async (session, rows) => {
    const found: O[] = [];
    for (const portion of rowsAtOnce(rows)) {
      const result = await send(session, filled(statementOf(session, portion.length), portion));
      for (const row of result.rows) found.push(row);
    }
    return found;
  };
}

/** A statement with one input; the rows that it gives back. */
export function preparedOne<I extends Values<I>, O>(
  build: (session: Session, slot: SlotOf<I>) => Compilable<O>,
): (session: Session, input: I) => Promise<O[]> {
  const sendOne = sendWith(build);
  return async (session, input) => (await sendOne(session, input)).rows;
}

/** The same for a change; returns how many rows it changed. */
export function preparedChange<I extends Values<I>>(
  build: (session: Session, slot: SlotOf<I>) => Compilable<unknown>,
): (session: Session, input: I) => Promise<number> {
  const sendOne = sendWith(build);
  return async (session, input) => Number((await sendOne(session, input)).numAffectedRows ?? 0);
}

function sendWith<I extends Values<I>, O>(
  build: (session: Session, slot: SlotOf<I>) => Compilable<O>,
): (session: Session, input: I) => Promise<QueryResult<O>> {
  const statementOf = textOnce((session) => build(session, slotsOf<I>(0)));
  return (session, input) => send(session, filled(statementOf(session, 1), [input]));
}

/** Compiles for each engine and size once. */
function textOnce<O>(
  build: (session: Session, size: number) => Compilable<O>,
): (session: Session, size: number) => CompiledQuery<O> {
  const compiled = new WeakMap<Engine, Map<number, CompiledQuery<O>>>();
  return (session, size) => {
    const sizes = compiled.get(session.engine) ?? new Map<number, CompiledQuery<O>>();
    compiled.set(session.engine, sizes);
    const known = sizes.get(size);
    if (known) return known;
    const made = build(session, size).compile();
    sizes.set(size, made);
    return made;
  };
}

/** A statement whose text was made before, the shortest way. */
export async function send<O>(session: Session, query: CompiledQuery<O>): Promise<QueryResult<O>> {
  return session.direct ? session.direct.send(query) : session.q.executeQuery(query);
}

const filled = <I extends Values<I>, O>(
  query: CompiledQuery<O>,
  rows: readonly I[],
): CompiledQuery<O> => ({ ...query, parameters: valuesOf(query.parameters, rows) });

const valuesOf = <I extends Values<I>>(parameters: readonly unknown[], rows: readonly I[]) =>
  parameters.map((value) => (value instanceof Slot ? valueIn(rows, value) : value));

const slotsOf =
  <I>(row: number): SlotOf<I> =>
  (name) =>
    sql`${new Slot(row, name)}`;

function valueIn<I extends Values<I>>(rows: readonly I[], { row, name }: Slot): Value {
  // The name came in through `SlotOf<I>`, so it is one of I's.
  const value = rows[row]?.[name as keyof I];
  if (value === undefined) throw new TypeError(`No value for ${name} of row ${row}.`);
  return value;
}
