/** Filters of lists that are read whole: what they ask is asked of the rows. */
import type { ReadFilter } from './filter.ts';

export interface RowFilter<N extends string, V, R> extends ReadFilter<N, V> {
  matches(row: R, value: V): boolean;
}

export const rowFilter =
  <R>() =>
  <const N extends string, V>(definition: RowFilter<N, V, R>): RowFilter<N, V, R> =>
    definition;

/** The rows that pass every filter that is given. */
export const matching = <R>(
  rows: readonly R[],
  given: readonly { readonly filter: RowFilter<string, unknown, R>; readonly value: unknown }[],
): readonly R[] =>
  rows.filter((row) => given.every(({ filter, value }) => filter.matches(row, value)));

/** Whether all words of a text stand somewhere in some texts, in either case. */
export function hasWords(text: string, ...texts: readonly (string | null)[]): boolean {
  const whole = texts
    .map((one) => one ?? '')
    .join('\n')
    .toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => whole.includes(word));
}
