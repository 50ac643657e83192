/** Which elements of two lists belong together: what is the same stays a pair, in order. */
import type { JsonValue } from '#lib/json.ts';
import type { Fingerprints } from './fingerprints.ts';

/** `[index before, index after]`; null where the other list has no counterpart. In reading order. */
export type Alignment = readonly [before: number | null, after: number | null];

/**
 * What both lists share at their ends is left out, and what they share between is anchored by elements
 * that each has once ("patience"); the rest is paired by a member that names its element, else by
 * position.
 */
export function alignLists(
  before: readonly JsonValue[],
  after: readonly JsonValue[],
  prints: Fingerprints,
): Alignment[] {
  const sameAt = (i: number, j: number) => {
    const [a, b] = [before[i], after[j]];
    return a !== undefined && b !== undefined && prints.same(a, b);
  };
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && sameAt(start, start)) start += 1;
  let end = 0;
  while (end < shorter - start && sameAt(before.length - 1 - end, after.length - 1 - end)) end += 1;
  const left = indexes(start, before.length - end);
  const right = indexes(start, after.length - end);
  const anchors = anchorsOf(
    left,
    right,
    (i) => print(before[i]),
    (j) => print(after[j]),
  );
  function print(value: JsonValue | undefined) {
    return value === undefined ? '' : prints.of(value);
  }

  const aligned: Alignment[] = [];
  let [i, j] = [start, start];
  const pairGap = (toI: number, toJ: number) => {
    const [gapLeft, gapRight] = [indexes(i, toI), indexes(j, toJ)];
    // A name that one element of each has tells that they are the same thing, changed.
    const named = anchorsOf(
      gapLeft,
      gapRight,
      (at) => nameOf(before[at]),
      (at) => nameOf(after[at]),
    );
    let [fromI, fromJ] = [i, j];
    for (const [namedI, namedJ] of [...named, [toI, toJ] as const]) {
      const [lengthI, lengthJ] = [namedI - fromI, namedJ - fromJ];
      for (let step = 0; step < Math.max(lengthI, lengthJ); step += 1) {
        aligned.push([step < lengthI ? fromI + step : null, step < lengthJ ? fromJ + step : null]);
      }
      if (namedI < toI) aligned.push([namedI, namedJ]);
      [fromI, fromJ] = [namedI + 1, namedJ + 1];
    }
  };
  for (const [anchorI, anchorJ] of anchors) {
    pairGap(anchorI, anchorJ);
    [i, j] = [anchorI + 1, anchorJ + 1];
  }
  pairGap(before.length - end, after.length - end);
  return aligned;
}

const indexes = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);

/** The longest series, rising on both sides, of marks that occur once on each. Marks of '' are none. */
function anchorsOf<Mark extends string | number>(
  left: readonly number[],
  right: readonly number[],
  markLeft: (index: number) => Mark | '',
  markRight: (index: number) => Mark | '',
): (readonly [number, number])[] {
  const once = new Map<Mark | '', number | null>();
  for (const j of right) once.set(markRight(j), once.has(markRight(j)) ? null : j);
  const seen = new Map<Mark | '', number | null>();
  for (const i of left) seen.set(markLeft(i), seen.has(markLeft(i)) ? null : i);
  const pairs = left.flatMap((i): (readonly [number, number])[] => {
    const mark = markLeft(i);
    const j = once.get(mark) ?? null;
    return mark === '' || j === null || seen.get(mark) !== i ? [] : [[i, j]];
  });
  return longestRising(pairs);
}

/** Longest subsequence whose second numbers rise, in n log n (patience sorting). */
function longestRising(
  pairs: readonly (readonly [number, number])[],
): (readonly [number, number])[] {
  const tops: number[] = [];
  const previous: (number | undefined)[] = [];
  for (const [at, [, j]] of pairs.entries()) {
    let [low, high] = [0, tops.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[tops[middle] ?? 0]?.[1] ?? 0) < j) low = middle + 1;
      else high = middle;
    }
    previous[at] = tops[low - 1];
    tops[low] = at;
  }
  const rising: (readonly [number, number])[] = [];
  for (let at = tops.at(-1); at !== undefined; at = previous[at]) {
    const pair = pairs[at];
    if (pair) rising.push(pair);
  }
  return rising.reverse();
}

/** Members by which sources name the elements of their lists, the surest first. */
const namingMembers = ['id', 'pageid', 'key', 'title', 'name', 'url'] as const;

function nameOf(value: JsonValue | undefined): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
  for (const member of namingMembers) {
    const name = Object.hasOwn(value, member) ? value[member] : undefined;
    if (typeof name === 'string' || typeof name === 'number') return `${member} ${name}`;
  }
  return '';
}
