/** Which elements of two lists belong together: what is the same stays a pair, in order. */
import { type WrittenJson, WrittenNumber } from '#lib/json.ts';

/** `[index before, index after]`; null where the other list has no counterpart. In reading order. */
export type Alignment = readonly [before: number | null, after: number | null];

/**
 * What both lists share at their ends is left out, and what they share between is anchored by elements
 * that each has once ("patience"); the rest is paired by a member that names its element, else by
 * position.
 */
export function* alignLists(
  before: readonly WrittenJson[],
  after: readonly WrittenJson[],
  prints: Fingerprints,
): Generator<void, Alignment[], void> {
  const [old, now] = [prints.ofEach(before), prints.ofEach(after)];
  const sameAt = (i: number, j: number) => old[i] === now[j];
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && sameAt(start, start)) start += 1;
  let end = 0;
  while (end < shorter - start && sameAt(before.length - 1 - end, after.length - 1 - end)) end += 1;
  const left = indexes(start, before.length - end);
  const right = indexes(start, after.length - end);
  const anchors = yield* anchorsOf(
    left,
    right,
    (i) => old[i] ?? '',
    (j) => now[j] ?? '',
  );

  const aligned: Alignment[] = [];
  let [i, j] = [start, start];
  function* pairGap(toI: number, toJ: number) {
    const [gapLeft, gapRight] = [indexes(i, toI), indexes(j, toJ)];
    // A name that exactly one element of each list has shows that they are the same thing, changed.
    const named = yield* anchorsOf(
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
        if (aligned.length % elementsOfStep === 0) yield;
      }
      if (namedI < toI) aligned.push([namedI, namedJ]);
      [fromI, fromJ] = [namedI + 1, namedJ + 1];
    }
  }
  for (const [at, [anchorI, anchorJ]] of anchors.entries()) {
    yield* pairGap(anchorI, anchorJ);
    [i, j] = [anchorI + 1, anchorJ + 1];
    if (at % elementsOfStep === 0) yield;
  }
  yield* pairGap(before.length - end, after.length - end);
  return aligned;
}

const indexes = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);

/** A few milliseconds of work. */
const elementsOfStep = 5000;

/** The longest series, rising on both sides, of marks that occur once on each. Marks of '' are none. */
function* anchorsOf<Mark extends string | number>(
  left: readonly number[],
  right: readonly number[],
  markLeft: (index: number) => Mark | '',
  markRight: (index: number) => Mark | '',
): Generator<void, (readonly [number, number])[], void> {
  const once = yield* placesOf(right, markRight);
  const seen = yield* placesOf(left, markLeft);
  const pairs: (readonly [number, number])[] = [];
  for (const [at, i] of left.entries()) {
    const mark = markLeft(i);
    const j = once.get(mark) ?? null;
    if (mark !== '' && j !== null && seen.get(mark) === i) pairs.push([i, j]);
    if (at % elementsOfStep === elementsOfStep - 1) yield;
  }
  return yield* longestRising(pairs);
}

/** Where each mark is; null where there are several of it. */
function* placesOf<Mark extends string | number>(
  indexes: readonly number[],
  markOf: (index: number) => Mark,
): Generator<void, Map<Mark, number | null>, void> {
  const places = new Map<Mark, number | null>();
  for (const [at, index] of indexes.entries()) {
    const mark = markOf(index);
    places.set(mark, places.has(mark) ? null : index);
    if (at % elementsOfStep === elementsOfStep - 1) yield;
  }
  return places;
}

/** Longest subsequence whose second numbers rise, in n log n (patience sorting). */
function* longestRising(
  pairs: readonly (readonly [number, number])[],
): Generator<void, (readonly [number, number])[], void> {
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
    if (at % elementsOfStep === elementsOfStep - 1) yield;
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

function nameOf(value: WrittenJson | undefined): string {
  if (value === undefined || !isContainer(value) || Array.isArray(value)) return '';
  for (const member of namingMembers) {
    const name = Object.hasOwn(value, member) ? value[member] : undefined;
    if (name === undefined || name === null || typeof name === 'boolean') continue;
    if (!isContainer(name)) return `${member} ${name}`;
  }
  return '';
}

/** Yields after this many values or pieces of text, so that the caller can do other work. */
const valuesAtOnce = 2000;
const pieceLength = 64;
/** Longer texts are read once. */
const longText = 256;

/** 53 bits: two different values of one document pair are taken for the same once in ten million million. */
export class Fingerprints {
  readonly #ofContainers = new WeakMap<object, number>();
  readonly #ofElements = new WeakMap<object, readonly number[]>();
  readonly #ofTexts = new Map<string, number>();
  /** Values until the next pause. */
  #left = valuesAtOnce;

  /** Of any value that `take` has walked through, or of a scalar. */
  of(value: WrittenJson): number {
    if (!isContainer(value)) return this.#ofScalar(scalarText(value));
    const known = this.#ofContainers.get(value);
    if (known === undefined) throw new Error('the document was not walked through');
    return known;
  }

  /** Of the elements of a list that `take` has walked through: asking for each costs more than all the rest. */
  ofEach(list: readonly WrittenJson[]): readonly number[] {
    const known = this.#ofElements.get(list);
    if (known === undefined) throw new Error('the document was not walked through');
    return known;
  }

  #ofScalar(text: string): number {
    if (text.length <= longText) return ofText(text);
    const print = this.#ofTexts.get(text) ?? ofText(text);
    this.#ofTexts.set(text, print);
    return print;
  }

  same(a: WrittenJson, b: WrittenJson): boolean {
    return a === b || this.of(a) === this.of(b);
  }

  /** Walks through a document, children before parents, without recursion. */
  *take(root: WrittenJson): Generator<void, void, void> {
    if (!isContainer(root)) return;
    const frames: Frame[] = [frameOf(root)];
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const value = frame.values[frame.next];
      if (value !== undefined) {
        frame.next += 1;
        if (isContainer(value)) frames.push(frameOf(value));
        yield* this.#worked(1);
        continue;
      }
      frames.pop();
      this.#ofContainers.set(frame.container, yield* this.#combined(frame));
    }
  }

  *#worked(values: number): Generator<void, void, void> {
    this.#left -= values;
    if (this.#left > 0) return;
    this.#left = valuesAtOnce;
    yield;
  }

  *#combined({ container, keys, values }: Frame): Generator<void, number, void> {
    if (Array.isArray(container)) {
      let print = ofText(`[${values.length}`);
      const ofElements: number[] = [];
      for (const value of values) {
        const ofElement = this.of(value);
        ofElements.push(ofElement);
        print = mixed(print, ofElement);
        if (typeof value === 'string') yield* this.#worked(value.length / pieceLength);
      }
      this.#ofElements.set(container, ofElements);
      return print;
    }
    // A sum, because the order of keys does not count.
    let print = ofText(`{${values.length}`);
    for (const [at, key] of keys.entries()) {
      const value = values[at];
      if (value === undefined) continue;
      print = sum(print, mixed(ofText(key), this.of(value)));
      if (typeof value === 'string') yield* this.#worked(value.length / pieceLength);
    }
    return print;
  }
}

type Container = WrittenJson[] | { [key: string]: WrittenJson };

const isContainer = (value: WrittenJson): value is Container =>
  typeof value === 'object' && value !== null && !(value instanceof WrittenNumber);

interface Frame {
  readonly container: Container;
  readonly keys: readonly string[];
  readonly values: readonly WrittenJson[];
  next: number;
}

function frameOf(container: Container): Frame {
  return Array.isArray(container)
    ? { container, keys: [], values: container, next: 0 }
    : { container, keys: Object.keys(container), values: Object.values(container), next: 0 };
}

/** A text and what looks like it differ by the first character. */
const scalarText = (value: string | number | boolean | null | WrittenNumber) =>
  typeof value === 'string' ? `"${value}` : String(value);

const highBits = 0x1fffff;
const joined = (low: number, high: number) => (low >>> 0) + (high & highBits) * 2 ** 32;
const lowOf = (print: number) => (print % 2 ** 32) | 0;
const highOf = (print: number) => Math.floor(print / 2 ** 32);

/** FNV-1a in two lanes with different primes. */
function ofText(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x050c5d1f;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
    high ^= high >>> 15;
  }
  return joined(low, high);
}

function mixed(a: number, b: number): number {
  const low = Math.imul(lowOf(a) ^ Math.imul(lowOf(b), 0x9e3779b1), 0x01000193);
  const high = Math.imul(highOf(a) ^ Math.imul(highOf(b), 0xc2b2ae35), 0x27d4eb2f);
  return joined(low ^ (low >>> 16), high ^ (high >>> 13));
}

const sum = (a: number, b: number) => joined(lowOf(a) + lowOf(b), highOf(a) + highOf(b));
