/** What changed between two payloads, by path; for people, so long lists and texts are cut. */
import type { JsonObject, JsonValue } from '#lib/json.ts';

export interface JsonChange {
  readonly kind: 'added' | 'removed' | 'changed';
  /** Keys and indexes from the root, e.g. `['query', 'pages', 0, 'title']`. */
  readonly path: readonly (string | number)[];
  /** Absent for `added`. */
  readonly before?: JsonValue;
  /** Absent for `removed`. */
  readonly after?: JsonValue;
}

export interface JsonDiff {
  readonly changes: readonly JsonChange[];
  /** True when there were more than `limit` changes; the rest is left out. */
  readonly truncated: boolean;
}

type Path = readonly (string | number)[];

/** Compares two JSON values; at most `limit` changes are returned. */
export function diffJson(before: JsonValue, after: JsonValue, limit = 500): JsonDiff {
  const changes: JsonChange[] = [];
  let truncated = false;
  const add = (change: JsonChange) => {
    if (changes.length < limit) changes.push(change);
    else truncated = true;
  };
  compare(before, after, [], add);
  return { changes, truncated };
}

function compare(before: JsonValue, after: JsonValue, path: Path, add: (c: JsonChange) => void) {
  if (Array.isArray(before) && Array.isArray(after)) compareArrays(before, after, path, add);
  else if (isObject(before) && isObject(after)) compareObjects(before, after, path, add);
  else if (!same(before, after)) add({ kind: 'changed', path, before, after });
}

function compareObjects(
  before: JsonObject,
  after: JsonObject,
  path: Path,
  add: (c: JsonChange) => void,
) {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    const now = Object.hasOwn(after, key) ? after[key] : undefined;
    const at = [...path, key];
    if (old === undefined && now !== undefined) add({ kind: 'added', path: at, after: now });
    else if (now === undefined && old !== undefined)
      add({ kind: 'removed', path: at, before: old });
    else if (old !== undefined && now !== undefined) compare(old, now, at, add);
  }
}

/**
 * An insertion at one place must not report every later element as changed: what both lists share
 * at their start and end is set aside, the rest is compared in order.
 */
function compareArrays(
  before: JsonValue[],
  after: JsonValue[],
  path: Path,
  add: (c: JsonChange) => void,
) {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && same(before[start], after[start])) start += 1;
  let end = 0;
  while (end < shorter - start && same(before.at(-1 - end), after.at(-1 - end))) end += 1;
  const removed = before.slice(start, before.length - end);
  const added = after.slice(start, after.length - end);
  for (let i = 0; i < Math.max(removed.length, added.length); i += 1) {
    const old = removed[i];
    const now = added[i];
    const at = [...path, start + i];
    if (old === undefined && now !== undefined) add({ kind: 'added', path: at, after: now });
    else if (now === undefined && old !== undefined)
      add({ kind: 'removed', path: at, before: old });
    else if (old !== undefined && now !== undefined) compare(old, now, at, add);
  }
}

function same(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, i) => same(value, b[i]));
  }
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]))
    );
  }
  return false;
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
