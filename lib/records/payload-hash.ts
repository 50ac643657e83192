/**
 * Hashes of payloads: canonical JSON (RFC 8785), so that one value has one hash however its keys were ordered,
 * and what a stored payload is: JSON, or text as it was received.
 */
import { createHash } from 'node:crypto';
import { compareText } from '#db/compare-text.ts';
import { type JsonValue, parseJson } from '#lib/json.ts';

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

/** Hex SHA-256 of text in UTF-8. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** Hex SHA-256 of the canonical form. */
export function hashJson(value: JsonValue): string {
  return sha256(canonicalJson(value));
}

export interface StoredPayload {
  readonly payload: string;
  readonly content_type: string | null;
  readonly hash_sha256: string | null;
}

/** Parsed JSON, or the text; records of an older version carry no media type and are JSON if they can be. */
export function payloadValue({ payload, content_type: type }: StoredPayload): JsonValue {
  if (type !== null && !/json/i.test(type)) return payload;
  return parseJson(payload) ?? payload;
}

/** False when the hash of the row was made of something else. Without a hash nothing speaks against it. */
export function payloadIsSound({ payload, hash_sha256: hash }: StoredPayload): boolean {
  if (hash === null) return true;
  const wanted = hash.toLowerCase();
  if (sha256(payload) === wanted) return true;
  const value = parseJson(payload);
  return value !== undefined && hashJson(value) === wanted;
}
