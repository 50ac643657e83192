/**
 * Statements whose text is made once: building and compiling one with Kysely takes longer than SQLite
 * takes to run it. What changes from call to call are its slots.
 */
import { type Compilable, type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { Engine, Session } from './engine.ts';
import { rowsAtOnce } from './rows-at-once.ts';

/** What a slot may hold: what goes to a driver as it is. */
type Value = string | number | null;
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
  const compiled = new WeakMap<Engine, Map<number, CompiledQuery<O>>>();
  const statement = (session: Session, count: number): CompiledQuery<O> => {
    const sizes = compiled.get(session.engine) ?? new Map<number, CompiledQuery<O>>();
    compiled.set(session.engine, sizes);
    const known = sizes.get(count);
    if (known) return known;
    const slots = Array.from({ length: count }, (_, row) => slotsOf<I>(row));
    const made = build(session, slots).compile();
    sizes.set(count, made);
    return made;
  };
  return async (session, rows) => {
    const found: O[] = [];
    for (const portion of rowsAtOnce(rows)) {
      const query = statement(session, portion.length);
      const parameters = query.parameters.map((value) =>
        value instanceof Slot ? valueIn(portion, value) : value,
      );
      const result = await session.q.executeQuery<O>({ ...query, parameters });
      for (const row of result.rows) found.push(row);
    }
    return found;
  };
}

/** The same for one row at a time; returns how many rows it changed. */
export function preparedChange<I extends Values<I>>(
  build: (session: Session, slot: SlotOf<I>) => Compilable<unknown>,
): (session: Session, input: I) => Promise<number> {
  const compiled = new WeakMap<Engine, CompiledQuery<unknown>>();
  return async (session, input) => {
    const query = compiled.get(session.engine) ?? build(session, slotsOf<I>(0)).compile();
    compiled.set(session.engine, query);
    const parameters = query.parameters.map((value) =>
      value instanceof Slot ? valueIn([input], value) : value,
    );
    const { numAffectedRows } = await session.q.executeQuery({ ...query, parameters });
    return Number(numAffectedRows ?? 0);
  };
}

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
