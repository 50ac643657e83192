/** Hashes of JSON: canonical (RFC 8785), so that one value has one hash however its keys were ordered. */
import { createHash } from 'node:crypto';
import { compareText } from '#db/compare-text.ts';
import type { JsonValue } from '#lib/json.ts';
import { defineHeavy } from '#lib/threads/heavy.ts';

/**
 * Keys sorted by UTF-16 code units, no blanks; numbers and strings as ECMAScript writes them, which
 * is what RFC 8785 asks for.
 */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .sort(([a], [b]) => compareText(a, b))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}

/** Hex SHA-256; of a text, of its UTF-8. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Hex SHA-256 of the canonical form. */
export function hashJson(value: JsonValue): string {
  return sha256(canonicalJson(value));
}

/** Texts up to this length are hashed where the event loop runs: some 5 ms, characters. */
const quickText = 1024 * 1024;

export interface Digests {
  /** Of the text. */
  readonly text: string;
  /** Of the text as a JSON string, which is what it counts for as content. */
  readonly json: string;
}

const digestsOf = (text: string): Digests => ({ text: sha256(text), json: hashJson(text) });
const digestInThread = defineHeavy('digest', digestsOf);

export const digest = async (text: string): Promise<Digests> =>
  text.length <= quickText ? digestsOf(text) : digestInThread(text);
