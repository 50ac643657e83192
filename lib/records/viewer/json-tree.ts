/** A JSON document as the rows of a tree, of which only what is open is worked out, and what is found in it. */
import { type WrittenJson, WrittenNumber, type WrittenObject } from '#lib/json.ts';
import type { JsonPath } from '../diff.ts';

export type Container = WrittenJson[] | WrittenObject;

export interface TreeRow {
  /** The row of the container this one stands in; null for the root. */
  readonly up: TreeRow | null;
  /** Null for the root. */
  readonly key: string | number | null;
  readonly value: WrittenJson;
  /** 0 for the root. */
  readonly depth: number;
  /** Place among its siblings, from 1, and how many they are. */
  readonly place: number;
  readonly siblings: number;
}

/** Which containers are open, by identity: those of a parsed document are all distinct. */
export type OpenContainers = ReadonlySet<Container>;

export const isContainer = (value: WrittenJson): value is Container =>
  typeof value === 'object' && value !== null && !(value instanceof WrittenNumber);

export const sizeOf = (container: Container): number =>
  Array.isArray(container) ? container.length : Object.keys(container).length;

/** The root and everything that is open below it, in reading order. */
export function treeRows(root: WrittenJson, open: OpenContainers): TreeRow[] {
  const rows: TreeRow[] = [];
  const waiting: TreeRow[] = [
    { up: null, key: null, value: root, depth: 0, place: 1, siblings: 1 },
  ];
  for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
    rows.push(row);
    if (!isContainer(row.value) || !open.has(row.value)) continue;
    const children = childRows(row, row.value);
    for (let at = children.length - 1; at >= 0; at -= 1) {
      const child = children[at];
      if (child) waiting.push(child);
    }
  }
  return rows;
}

function childRows(up: TreeRow, container: Container): TreeRow[] {
  const depth = up.depth + 1;
  if (Array.isArray(container)) {
    const siblings = container.length;
    return container.map((value, key) => ({ up, key, value, depth, place: key + 1, siblings }));
  }
  const entries = Object.entries(container);
  const siblings = entries.length;
  return entries.map(([key, value], at) => ({ up, key, value, depth, place: at + 1, siblings }));
}

/** Open at first: the root, and breadth first what leaves no more than some two hundred rows. */
export function openAtFirst(root: WrittenJson, mostRows = 200): Set<Container> {
  const open = new Set<Container>();
  if (!isContainer(root)) return open;
  open.add(root);
  let rows = 1 + sizeOf(root);
  let level: Container[] = [root];
  while (level.length > 0 && rows < mostRows) {
    const next: Container[] = [];
    for (const container of level) {
      for (const child of Object.values(container).slice(0, mostRows)) {
        if (!isContainer(child)) continue;
        const size = sizeOf(child);
        if (size === 0 || rows + size > mostRows) continue;
        open.add(child);
        rows += size;
        next.push(child);
      }
    }
    level = next;
  }
  return open;
}

/** Most containers that "open all" opens; a tree of more is read by searching it. */
const mostOpened = 100_000;

/** Every container of the document, up to a bound. */
export function allContainers(root: WrittenJson): Set<Container> {
  const all = new Set<Container>();
  const waiting: WrittenJson[] = [root];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (!isContainer(value)) continue;
    all.add(value);
    if (all.size >= mostOpened) break;
    for (const child of Object.values(value)) if (isContainer(child)) waiting.push(child);
  }
  return all;
}

export function pathOf(row: TreeRow): JsonPath {
  const path: (string | number)[] = [];
  for (let one: TreeRow | null = row; one?.key != null; one = one.up) path.push(one.key);
  return path.reverse();
}

/** `$.query.pages[0]["odd key"]`, as JSONPath (RFC 9535) writes it. */
export const jsonPathText = (path: JsonPath): string =>
  `$${path
    .map((key) => {
      if (typeof key === 'number') return `[${key}]`;
      return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    })
    .join('')}`;

/** Where a key or a scalar matched: the containers from the root down, and the key in the last. */
export interface JsonMatch {
  readonly holder: Holder | null;
  /** Null when the document itself is a scalar. */
  readonly key: string | number | null;
}

export interface Holder {
  readonly container: Container;
  readonly up: Holder | null;
}

export interface Found<Match> {
  readonly matches: readonly Match[];
  /** There are more than were asked for. */
  readonly isCut: boolean;
}

export const mostMatches = 20_000;
const valuesAtOnce = 2000;

interface Frame {
  readonly holder: Holder;
  readonly keys: readonly string[] | null;
  readonly values: readonly WrittenJson[];
  next: number;
}

/** Case does not count. A row matches once, however often. In reading order, in short steps. */
export function* findInJson(
  root: WrittenJson,
  text: string,
  limit = mostMatches,
): Generator<void, Found<JsonMatch>, void> {
  const needle = text.toLowerCase();
  const matches: JsonMatch[] = [];
  if (!isContainer(root)) {
    if (hasText(root, needle)) matches.push({ holder: null, key: null });
    return { matches, isCut: false };
  }
  const frames = [frameOf(root, null)];
  let left = valuesAtOnce;
  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    const { holder, keys, values, next: at } = frame;
    const value = values[at];
    if (value === undefined) {
      frames.pop();
      continue;
    }
    frame.next += 1;
    const key = keys?.[at];
    if (key?.toLowerCase().includes(needle) || (!isContainer(value) && hasText(value, needle))) {
      if (matches.length === limit) return { matches, isCut: true };
      matches.push({ holder, key: key ?? at });
    }
    if (isContainer(value)) frames.push(frameOf(value, holder));
    left -= 1;
    if (left === 0) {
      left = valuesAtOnce;
      yield;
    }
  }
  return { matches, isCut: false };
}

function frameOf(container: Container, up: Holder | null): Frame {
  const keys = Array.isArray(container) ? null : Object.keys(container);
  return { holder: { container, up }, keys, values: Object.values(container), next: 0 };
}

const hasText = (value: Exclude<WrittenJson, Container>, needle: string) =>
  String(value).toLowerCase().includes(needle);

/** The containers that must be open for the match to be seen. */
export function holdersOf(match: JsonMatch): Container[] {
  const containers: Container[] = [];
  for (let one = match.holder; one !== null; one = one.up) containers.push(one.container);
  return containers;
}
