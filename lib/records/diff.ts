/** What changed between two payloads, by path; for people, so long lists of changes are cut. */
import { type WrittenJson, WrittenNumber, type WrittenObject } from '#lib/json.ts';
import { type JsonBounds, jsonFault, parseWritten, writtenKeys } from '#lib/json-text.ts';
import { alignLists, Fingerprints } from './align-lists.ts';

/** Keys and indexes from the root, e.g. `['query', 'pages', 0, 'title']`. */
export type JsonPath = readonly (string | number)[];

export interface JsonChange {
  readonly kind: 'added' | 'removed' | 'changed';
  /** In the document after; of what was removed, in the one before. */
  readonly path: JsonPath;
  /** Absent for `added`. */
  readonly before?: WrittenJson;
  /** Absent for `removed`. */
  readonly after?: WrittenJson;
}

export interface JsonDiff {
  readonly changes: readonly JsonChange[];
  /** True when there were more than `limit` changes; the rest is left out. */
  readonly truncated: boolean;
}

/** Compares two JSON values; at most `limit` changes are returned. */
export function diffJson(before: WrittenJson, after: WrittenJson, limit = 500): JsonDiff {
  const steps = diffSteps(before, after, limit);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** The same in short steps, for a page that must answer meanwhile. */
export function* diffSteps(
  before: WrittenJson,
  after: WrittenJson,
  limit = 500,
): Generator<void, JsonDiff, void> {
  const prints = new Fingerprints();
  yield* prints.take(before);
  yield* prints.take(after);
  const changes: JsonChange[] = [];
  for (const change of differences({ before, after, path: [] }, prints)) {
    if (change === undefined) {
      yield;
      continue;
    }
    if (changes.length === limit) return { changes, truncated: true };
    changes.push(change);
    if (changes.length % 50 === 0) yield;
  }
  return { changes, truncated: false };
}

interface Pair {
  readonly before: WrittenJson | undefined;
  readonly after: WrittenJson | undefined;
  readonly path: JsonPath;
}

/** In the order of the documents; goes down only where something differs. Undefined = a step is done. */
function* differences(
  root: Pair,
  prints: Fingerprints,
): Generator<JsonChange | undefined, void, void> {
  const waiting: Pair[] = [root];
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    const { before, after, path } = pair;
    if (before === undefined) {
      if (after !== undefined) yield { kind: 'added', path, after };
    } else if (after === undefined) {
      yield { kind: 'removed', path, before };
    } else if (!prints.same(before, after)) {
      const inner = yield* innerPairs(before, after, path, prints);
      if (inner === null) yield { kind: 'changed', path, before, after };
      // One by one: a call takes no hundred thousand arguments.
      else for (const part of inner.reverse()) waiting.push(part);
    }
  }
}

/** Members or elements that are gone through between two steps. */
const partsOfStep = 5000;

/** The parts that differ, or null when the two are of different kinds or have no parts. */
function* innerPairs(
  before: WrittenJson,
  after: WrittenJson,
  path: JsonPath,
  prints: Fingerprints,
): Generator<undefined, Pair[] | null, void> {
  if (Array.isArray(before) && Array.isArray(after)) {
    const [old, now] = [prints.ofEach(before), prints.ofEach(after)];
    const parts: Pair[] = [];
    for (const [at, [i, j]] of (yield* stepsOf(alignLists(before, after, prints))).entries()) {
      if (i === null || j === null || old[i] !== now[j]) {
        const [was, is] = [i === null ? undefined : before[i], j === null ? undefined : after[j]];
        parts.push({ before: was, after: is, path: [...path, j ?? i ?? 0] });
      }
      if (at % partsOfStep === partsOfStep - 1) yield;
    }
    return parts;
  }
  if (!isObject(before) || !isObject(after)) return null;
  const parts: Pair[] = [];
  for (const [at, key] of Object.keys(before).entries()) {
    const pair = { before: before[key], after: ownMember(after, key), path: [...path, key] };
    if (!isSame(pair, prints)) parts.push(pair);
    if (at % partsOfStep === partsOfStep - 1) yield;
  }
  for (const [at, key] of Object.keys(after).entries()) {
    if (!Object.hasOwn(before, key))
      parts.push({ before: undefined, after: after[key], path: [...path, key] });
    if (at % partsOfStep === partsOfStep - 1) yield;
  }
  return parts;
}

function* stepsOf<T>(work: Generator<void, T, void>): Generator<undefined, T, void> {
  let step = work.next();
  for (; !step.done; step = work.next()) yield;
  return step.value;
}

const isSame = ({ before, after }: Pair, prints: Fingerprints): boolean =>
  before !== undefined && after !== undefined && prints.same(before, after);

const ownMember = (object: WrittenObject, key: string): WrittenJson | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

const isObject = (value: WrittenJson): value is WrittenObject =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof WrittenNumber);

/** What changed, in short steps; parsing one of the texts is one. */
export function* comparePayloads(before: string, after: string): Generator<void, JsonDiff, void> {
  const old = yield* comparedValue(before);
  const now = yield* comparedValue(after);
  return yield* diffSteps(old, now);
}

/** A page holds no more, and parses as much in the time of a blink. */
const comparedJson: JsonBounds = { length: 8 * 1024 * 1024, values: 500_000, depth: 512 };
/** Keys that all differ: parsing takes a microsecond for each, and cannot be done in steps. */
const mostKeys = 80_000;
const mostLines = 200_000;
const longestLine = 256 * 1024;
/** Characters of a piece of what has more or longer lines than that. */
const pieceLength = 4096;
const linesOfStep = 5000;

/** What is no JSON, or too much of it, is compared line by line. */
function* comparedValue(text: string): Generator<void, WrittenJson, void> {
  yield;
  if (/^\s{0,1000}[[{]/.test(text) && jsonFault(text, comparedJson) === null) {
    yield;
    if (!(yield* hasManyKeys(text))) {
      const value = parseWritten(text);
      if (value !== undefined) return value;
    }
  }
  const lines: string[] = [];
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    lines.push(text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end));
    if (lines.length > mostLines || end - start > longestLine) return piecesOf(text);
    start = end + 1;
    if (lines.length % linesOfStep === 0) yield;
  }
  return lines;
}

/** Whether there are more different keys in the text of a JSON document than are parsed at once. */
function* hasManyKeys(text: string): Generator<void, boolean, void> {
  const keys = new Set<string>();
  let read = 0;
  for (const key of writtenKeys(text)) {
    keys.add(key);
    if (keys.size > mostKeys) return true;
    read += 1;
    if (read % partsOfStep === 0) yield;
  }
  return false;
}

const piecesOf = (text: string): string[] =>
  Array.from({ length: Math.ceil(text.length / pieceLength) }, (_, at) =>
    text.slice(at * pieceLength, (at + 1) * pieceLength),
  );
