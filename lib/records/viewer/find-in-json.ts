/** Finds text in the keys and values of a JSON document. */
import type { JsonValue } from '#lib/json.ts';
import { type Container, isContainer } from './json-tree.ts';

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
  readonly values: readonly JsonValue[];
  next: number;
}

/** Case does not count. A row matches once, however often. In reading order, in short steps. */
export function* findInJson(
  root: JsonValue,
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

const hasText = (value: string | number | boolean | null, needle: string) =>
  String(value).toLowerCase().includes(needle);

/** The containers that must be open for the match to be seen. */
export function holdersOf(match: JsonMatch): Container[] {
  const containers: Container[] = [];
  for (let one = match.holder; one !== null; one = one.up) containers.push(one.container);
  return containers;
}
