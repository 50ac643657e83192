/** A text as rows of a bounded length, and where something stands in it. */
import { type Found, mostMatches } from './json-tree.ts';

export interface TextRow {
  /** First character and the one behind the last, without the line feed. */
  readonly from: number;
  readonly to: number;
  /** From 1; null where a long line goes on. */
  readonly line: number | null;
}

/** Characters of a row: a page without line feeds is read like any other. */
const rowLength = 120;

export function textRows(text: string): TextRow[] {
  const rows: TextRow[] = [];
  let line = 1;
  let start = 0;
  while (start <= text.length) {
    const feed = text.indexOf('\n', start);
    const stop = feed < 0 ? text.length : feed;
    const end = stop > start && text[stop - 1] === '\r' ? stop - 1 : stop;
    let number: number | null = line;
    let from = start;
    do {
      const to = endOfRow(text, from, end);
      rows.push({ from, to, line: number });
      number = null;
      from = to;
    } while (from < end);
    if (feed < 0) break;
    start = feed + 1;
    line += 1;
  }
  return rows;
}

/** A pair of surrogates stays together. */
function endOfRow(text: string, from: number, end: number): number {
  const to = Math.min(from + rowLength, end);
  const unit = text.charCodeAt(to - 1);
  return to < end && to - 1 > from && unit >= 0xd800 && unit <= 0xdbff ? to - 1 : to;
}

const matchesAtOnce = 500;

/** The first character of each place, in short steps. Case does not count. */
export function* findInText(
  text: string,
  wanted: string,
  limit = mostMatches,
): Generator<void, Found<number>, void> {
  const needle = wanted.toLowerCase();
  const all = text.toLowerCase();
  // Some letters change their length in lower case; then places are those of the text as it is.
  const haystack = all.length === text.length ? all : text;
  const matches: number[] = [];
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + 1)) {
    if (matches.length === limit) return { matches, isCut: true };
    matches.push(at);
    if (matches.length % matchesAtOnce === 0) yield;
  }
  return { matches, isCut: false };
}

/** The row that holds the character; rows are in order. */
export function rowAt(rows: readonly TextRow[], character: number): number {
  let [low, high] = [0, rows.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((rows[middle]?.from ?? 0) <= character) low = middle;
    else high = middle - 1;
  }
  return low;
}
