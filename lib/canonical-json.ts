/**
 * Hashes of JSON: canonical (RFC 8785), so that one value has one hash however its keys were ordered. What RFC 8785
 * leaves out are numbers that a double does not give back: those are told apart by all their digits.
 */
import { hash } from 'node:crypto';
import { type WrittenJson, WrittenNumber } from '#lib/json.ts';
import { defineHeavy } from '#lib/threads/heavy.ts';

/**
 * Keys sorted by UTF-16 code units, no blanks; numbers and strings as ECMAScript writes them, which
 * is what RFC 8785 asks for.
 */
export function canonicalJson(value: WrittenJson): string {
  if (value instanceof WrittenNumber) return canonicalNumber(value.written);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    // Sorted without a comparison of our own, texts stand by their code units.
    const members = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}

/** As ECMAScript writes a number that a double gives back; of any other its digits and a power of ten. */
function canonicalNumber(written: string): string {
  const nearest = JSON.stringify(Number(written));
  const exact = decimal(written);
  return decimal(nearest) === exact ? nearest : exact;
}

/** `-12.50e3` → `-125e2`: each value in one form. Exponents beyond 15 digits are left as they are written. */
function decimal(written: string): string {
  const [, sign = '', whole = '', part = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(written) ?? [];
  const digits = (whole + part).replace(/^0+/, '');
  if (digits === '') return whole === '' ? written : '0';
  if (power.length > 16) return written;
  const significant = withoutZeros(digits);
  return `${sign}${significant}e${Number(power) - part.length + digits.length - significant.length}`;
}

/** Without the zeros at its end; a pattern would look for that end from every zero. */
function withoutZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}

/** Hex SHA-256; of a text, of its UTF-8. */
export function sha256(content: string | Uint8Array): string {
  return hash('sha256', content);
}

/** Hex SHA-256 of the canonical form. */
export function hashJson(value: WrittenJson): string {
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
