/** Canonical JSON (RFC 8785), so that one value has one hash however its keys were ordered. */
import { createHash } from 'node:crypto';
import { compareText } from '#db/compare-text.ts';
import type { JsonValue } from '#lib/json.ts';

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
