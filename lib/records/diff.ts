/** What changed between two payloads, by path; for people, so long lists of changes are cut. */
import { type WrittenJson, WrittenNumber, type WrittenObject } from '#lib/json.ts';
import { type JsonBounds, jsonFault, parseWritten } from '#lib/json-text.ts';
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

/** In the order of the documents; goes down only where something differs. */
function* differences(root: Pair, prints: Fingerprints): Generator<JsonChange, void, void> {
  const waiting: Pair[] = [root];
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    const { before, after, path } = pair;
    if (before === undefined) {
      if (after !== undefined) yield { kind: 'added', path, after };
    } else if (after === undefined) {
      yield { kind: 'removed', path, before };
    } else if (!prints.same(before, after)) {
      const inner = innerPairs(before, after, path, prints);
      if (inner === null) yield { kind: 'changed', path, before, after };
      // One by one: a call takes no hundred thousand arguments.
      else for (const part of inner.reverse()) waiting.push(part);
    }
  }
}

/** The parts to compare instead, or null when the two are of different kinds or have no parts. */
function innerPairs(
  before: WrittenJson,
  after: WrittenJson,
  path: JsonPath,
  prints: Fingerprints,
): Pair[] | null {
  if (Array.isArray(before) && Array.isArray(after)) {
    const [old, now] = [prints.ofEach(before), prints.ofEach(after)];
    const differing = alignLists(before, after, prints).filter(
      ([i, j]) => i === null || j === null || old[i] !== now[j],
    );
    return differing.map(([i, j]) => ({
      before: i === null ? undefined : before[i],
      after: j === null ? undefined : after[j],
      path: [...path, j ?? i ?? 0],
    }));
  }
  if (!isObject(before) || !isObject(after)) return null;
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].map((key) => ({
    before: Object.hasOwn(before, key) ? before[key] : undefined,
    after: Object.hasOwn(after, key) ? after[key] : undefined,
    path: [...path, key],
  }));
}

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

/** A page holds no more, and parses and aligns as much in the time of a blink: keys that all differ cost most. */
const comparedJson: JsonBounds = { length: 8 * 1024 * 1024, values: 80_000, depth: 512 };
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
    const value = parseWritten(text);
    if (value !== undefined) return value;
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

const piecesOf = (text: string): string[] =>
  Array.from({ length: Math.ceil(text.length / pieceLength) }, (_, at) =>
    text.slice(at * pieceLength, (at + 1) * pieceLength),
  );
