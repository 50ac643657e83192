/**
 * Rows as one JSON parameter: no limit of 2,100 parameters, and one text and one plan for every number of rows.
 *
 * Not every server undoes JSON's own escapes when OPENJSON hands a string out, so no value is sent
 * that needs one: what JSON would escape is written with a tilde, and REPLACE turns it back.
 */
import { type RawBuilder, sql } from 'kysely';
import { longText } from './request.ts';

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

export interface JsonColumn {
  /**
   * As OPENJSON declares it. A text has one character more than its column: OPENJSON cuts what does not fit
   * without a word, and the character too many makes the insert refuse it instead.
   */
  readonly type: string;
  /** May hold characters that JSON escapes. Then it is always decoded: the text must not depend on the rows. */
  readonly coded?: boolean;
  /** May be longer than 4,000 characters. */
  readonly long?: boolean;
}

export const idColumn: JsonColumn = { type: 'nvarchar(36)' };
export const intColumn: JsonColumn = { type: 'int' };
export const timeColumn: JsonColumn = { type: 'datetime2(7)' };
/** A text that may be anything. */
export const textColumn = (length: number): JsonColumn => ({
  type: `nvarchar(${length + 1})`,
  coded: true,
});
/** A text without quotes, backslashes and line ends: words of ours, hashes, media types. */
export const plainColumn = (length: number): JsonColumn => ({ type: `nvarchar(${length + 1})` });
export const longColumn: JsonColumn = { type: 'nvarchar(max)', coded: true, long: true };

export interface JsonTable<Name extends string> {
  /** `openjson(…) … as j`: a row for each. */
  readonly from: RawBuilder<unknown>;
  column(name: Name): RawBuilder<unknown>;
}

/**
 * Some servers cut what `OPENJSON … WITH` hands out at 4,000 characters, NVARCHAR(MAX) or not; its form
 * without a schema gives texts whole. It costs one more look into the row, so only long texts take it.
 */
const wholeLength = 4_000;

/** @param read null is left out: a column that a row does not name is null */
export function jsonTable<Name extends string, Row>(
  columns: Readonly<Record<Name, JsonColumn>>,
  rows: readonly Row[],
  read: (row: Row, name: Name) => Value,
): JsonTable<Name> {
  // The keys of a record of Name are Names; Object.keys forgets that.
  const names = Object.keys(columns) as Name[];
  const tooLong = new Set<Name>();
  const sent = rows.map((row) => {
    const values: Partial<Record<Name, string | number>> = {};
    for (const name of names) {
      const value = read(row, name);
      if (value === null) continue;
      const { coded, long } = columns[name];
      const safe = typeof value === 'string' && coded ? encode(value) : value;
      if (long && typeof safe === 'string' && safe.length > wholeLength) tooLong.add(name);
      values[name] = safe;
    }
    return values;
  });
  const declared = sql.raw(
    names.map((name) => `${name} ${columns[name].type} '$.${name}'`).join(', '),
  );
  const json = longText(JSON.stringify(sent));
  return {
    from:
      tooLong.size === 0
        ? sql`openjson(${json}) with (${declared}) as j`
        : sql`openjson(${json}) as r cross apply openjson(r.[value]) with (${declared}) as j`,
    column(name) {
      const value = tooLong.has(name)
        ? sql`(select v.[value] from openjson(r.[value]) as v where v.[key] = ${sql.lit(name)})`
        : sql`j.${sql.id(name)}`;
      return columns[name].coded ? decoded(value) : value;
    },
  };
}

/**
 * Rows for a procedure, which declares their columns itself: every text is written as in a coded column, and what is
 * null is left out.
 */
export function jsonRows(
  rows: readonly Readonly<Record<string, Value>>[],
): RawBuilder<string | null> {
  const sent = rows.map((row) => {
    const values: Record<string, string | number> = {};
    for (const [name, value] of Object.entries(row)) {
      if (value !== null) values[name] = typeof value === 'string' ? encode(value) : value;
    }
    return values;
  });
  return longText(JSON.stringify(sent));
}

/**
 * `(select value from …)` of texts, for IN. They are compared by what `collation` says, which must be that of the
 * column for an index to be sought.
 */
export function jsonTexts(
  texts: readonly string[],
  collation: RawBuilder<unknown>,
): RawBuilder<string> {
  const coded = texts.map((text) => (needsCode.test(text) ? encode(text) : text));
  const value = sql`cast([value] as nvarchar(1000))`;
  return sql<string>`(select ${decoded(value)} collate ${collation} from openjson(${longText(JSON.stringify(coded))}))`;
}

export function encode(text: string): string {
  if (!needsCode.test(text)) return text;
  return codes.reduce((coded, [character, code]) => coded.replaceAll(character, code), text);
}

/**
 * Compared byte by byte: a linguistic collation would not find a code before a combining mark. Few texts hold one, and to
 * look for the tilde costs a tenth of six replacements.
 */
function decoded(value: RawBuilder<unknown>): RawBuilder<unknown> {
  const exact = sql`${value} collate latin1_general_100_bin2`;
  const whole = codes
    .toReversed()
    .reduce(
      (inner, [character, code]) =>
        sql`replace(${inner}, ${sql.raw(`N'${code}'`)}, nchar(${sql.lit(character.charCodeAt(0))}))`,
      exact,
    );
  return sql`case when ${exact} like N'%~%' then ${whole} else ${value} end`;
}
