/**
 * Rows as one JSON parameter: no limit of 2,100 parameters, and one plan for every number of rows.
 *
 * Not every server undoes JSON's own escapes when OPENJSON hands a string out, so no value is sent
 * that needs one: what JSON would escape is written with a tilde, and REPLACE turns it back.
 */
import { type RawBuilder, sql } from 'kysely';

/** In the order in which they are encoded; decoding goes the other way, so the tilde comes last. */
const codes = [
  ['~', '~0'],
  ['"', '~1'],
  ['\\', '~2'],
  ['\n', '~3'],
  ['\r', '~4'],
  ['\t', '~5'],
] as const;
const needsCode = /[~"\\\n\r\t]/;

type Value = string | number | null;

export interface JsonRows {
  readonly json: string;
  /** The value of a column in `openjson(…) as j`, or in `from`, decoded where some row needs it. */
  column(name: string, from?: RawBuilder<unknown>): RawBuilder<unknown>;
  /** Whether the column holds a text in some row that is longer than `length` as it is sent. */
  isLonger(name: string, length: number): boolean;
}

/** What is null is left out: a column that a row does not name is null. */
export function jsonRows<Name extends string, Row>(
  names: readonly Name[],
  rows: readonly Row[],
  read: (row: Row, name: Name) => Value,
): JsonRows {
  const coded = new Set<string>();
  const safe = rows.map((row) => {
    const sent: Record<string, string | number> = {};
    for (const name of names) {
      const value = read(row, name);
      if (value === null) continue;
      if (typeof value === 'string' && needsCode.test(value)) {
        coded.add(name);
        sent[name] = encode(value);
      } else sent[name] = value;
    }
    return sent;
  });
  return {
    json: JSON.stringify(safe),
    column: (name, from = sql`j.${sql.id(name)}`) => (coded.has(name) ? decoded(from) : from),
    isLonger: (name, length) =>
      safe.some((row) => {
        const value = row[name];
        return typeof value === 'string' && value.length > length;
      }),
  };
}

export function encode(text: string): string {
  return codes.reduce((coded, [character, code]) => coded.replaceAll(character, code), text);
}

/** Compared byte by byte: a linguistic collation would not find a code before a combining mark. */
function decoded(value: RawBuilder<unknown>): RawBuilder<unknown> {
  return codes
    .toReversed()
    .reduce(
      (inner, [character, code]) =>
        sql`replace(${inner}, ${sql.lit(code)}, nchar(${sql.lit(character.charCodeAt(0))}))`,
      sql`${value} collate latin1_general_100_bin2`,
    );
}
