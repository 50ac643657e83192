/**
 * A number for each value of a JSON document, equal for equal values: comparing two large documents
 * then takes one walk through each, and what is the same in both is passed over at once.
 */
import type { JsonValue } from '#lib/json.ts';

/** Yields after this many values, for whoever must not be held up. */
const valuesAtOnce = 2000;

/** 53 bits: two different values of one document pair are taken for the same once in ten million million. */
export class Fingerprints {
  readonly #ofContainers = new WeakMap<object, number>();

  /** Of any value that `take` has walked through, or of a scalar. */
  of(value: JsonValue): number {
    if (typeof value !== 'object' || value === null) return ofText(scalarText(value));
    const known = this.#ofContainers.get(value);
    if (known === undefined) throw new Error('the document was not walked through');
    return known;
  }

  same(a: JsonValue, b: JsonValue): boolean {
    return a === b || this.of(a) === this.of(b);
  }

  /** Walks through a document, children before parents, without recursion. */
  *take(root: JsonValue): Generator<void, void, void> {
    if (typeof root !== 'object' || root === null) return;
    const frames: Frame[] = [frameOf(root)];
    let left = valuesAtOnce;
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const value = frame.values[frame.next];
      if (value !== undefined) {
        frame.next += 1;
        if (typeof value === 'object' && value !== null) frames.push(frameOf(value));
        left -= 1;
        if (left === 0) {
          left = valuesAtOnce;
          yield;
        }
        continue;
      }
      frames.pop();
      this.#ofContainers.set(frame.container, this.#combined(frame));
    }
  }

  #combined({ container, keys, values }: Frame): number {
    if (Array.isArray(container)) {
      let print = ofText(`[${values.length}`);
      for (const value of values) print = mixed(print, this.of(value));
      return print;
    }
    // A sum, because the order of keys does not count.
    let print = ofText(`{${values.length}`);
    for (const [at, key] of keys.entries()) {
      const value = values[at];
      if (value !== undefined) print = sum(print, mixed(ofText(key), this.of(value)));
    }
    return print;
  }
}

interface Frame {
  readonly container: object;
  readonly keys: readonly string[];
  readonly values: readonly JsonValue[];
  next: number;
}

function frameOf(container: Extract<JsonValue, object>): Frame {
  return Array.isArray(container)
    ? { container, keys: [], values: container, next: 0 }
    : { container, keys: Object.keys(container), values: Object.values(container), next: 0 };
}

/** A text and what looks like it are told apart by the first character. */
const scalarText = (value: string | number | boolean | null) =>
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
