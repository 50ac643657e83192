/**
 * JSON of strangers within bounds. What is large is not held as objects where the event loop runs: its text is, with
 * what a thread has found out about it.
 */
import { AppError } from '#lib/errors/app-error.ts';
import { type JsonValue, parseJson, type WrittenJson, WrittenNumber } from './json.ts';

/** A JSON document as its text. */
export class JsonText {
  readonly text: string;
  /** Hex SHA-256 of its canonical form. */
  readonly hash: string;
  /** Absent of what is too large to be held where the event loop runs. */
  readonly value: WrittenJson | undefined;

  constructor(text: string, hash: string, value?: WrittenJson) {
    this.text = text;
    this.hash = hash;
    this.value = value;
  }
}

export interface JsonBounds {
  /** Characters. */
  readonly length: number;
  /** Values, at any depth. */
  readonly values: number;
  /** Lists and objects inside one another. */
  readonly depth: number;
}

/** More levels are no data: SQL Server reads 128, most languages' parsers 512 to 1,000. */
const depth = 512;

/** What is parsed on the event loop in any case: some 10 ms at worst. */
export const quickJson: JsonBounds = { length: 64 * 1024, values: 32 * 1024, depth };
/** What is parsed there because it is worked with there: answers of an API that is known, some 50 ms at worst. */
export const knownJson: JsonBounds = { length: 8 * 1024 * 1024, values: 50_000, depth };
/** What is parsed in a thread: some 200 MB at worst. */
export const threadJson: JsonBounds = { length: 64 * 1024 * 1024, values: 2_000_000, depth };

/**
 * Undefined when the text is no JSON.
 * @throws AppError `payload_too_complex` beyond the bounds
 */
export function parseJsonWithin(text: string, bounds: JsonBounds): JsonValue | undefined {
  const fault = jsonFault(text, bounds);
  if (fault !== null) throw new AppError('payload_too_complex', `The JSON ${fault}.`);
  return parseJson(text);
}

/** The same with every number by its digits. */
export function parseWrittenWithin(text: string, bounds: JsonBounds): WrittenJson | undefined {
  const fault = jsonFault(text, bounds);
  if (fault !== null) throw new AppError('payload_too_complex', `The JSON ${fault}.`);
  return parseWritten(text);
}

/** JSON with every number by its digits; undefined when the text is none. Most has no number that a double would write otherwise. */
export function parseWritten(text: string): WrittenJson | undefined {
  if (!hasWrittenNumber(text)) return parseJson(text);
  try {
    return JSON.parse(text, keptAsWritten);
  } catch {
    return undefined;
  }
}

/** `context` is of ECMAScript 2026; a browser that lacks it shows what a double holds. */
const keptAsWritten = (_: string, value: unknown, context?: { readonly source?: string }) => {
  const { source } = context ?? {};
  return typeof value === 'number' && source !== undefined && source !== String(value)
    ? new WrittenNumber(source)
    : value;
};

/** What a double holds and writes alike. */
const plainInteger = /^(?:0|-?[1-9]\d{0,14})$/;

function hasWrittenNumber(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfString(text, at);
      if (at < 0) return false;
    } else if (code === minus || isDigit(code)) {
      const start = at;
      while (isOfNumber(text.charCodeAt(at + 1))) at += 1;
      const written = text.slice(start, at + 1);
      if (!plainInteger.test(written) && String(Number(written)) !== written) return true;
    }
  }
  return false;
}

const isDigit = (code: number) => code >= 0x30 && code <= 0x39;
/** Digits, `+`, `-`, `.`, `e`, `E`. */
const isOfNumber = (code: number) =>
  isDigit(code) || code === 0x2b || code === 0x2d || code === 0x2e || (code | 0x20) === 0x65;

/** Why the text is not parsed, as a sentence part; null when it is within the bounds. Says nothing of its syntax. */
export function jsonFault(text: string, bounds: JsonBounds): string | null {
  if (text.length > bounds.length) return `is longer than ${inMegabytes(bounds.length)}`;
  let values = 1;
  let level = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfString(text, at);
      if (at < 0) return null;
    } else if (code === comma) values += 1;
    else if (code === openBracket || code === openBrace) {
      level += 1;
      values += 1;
      if (level > bounds.depth) return `is nested more than ${bounds.depth} levels deep`;
    } else if (code === closeBracket || code === closeBrace) level -= 1;
    if (values > bounds.values) return `has more than ${bounds.values} values`;
  }
  return null;
}

/** The keys of all objects of a JSON text, as they are written, in their order. */
export function* writtenKeys(text: string): Generator<string, void, void> {
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    const end = endOfString(text, at);
    if (end < 0) return;
    if (text.charCodeAt(pastBlanks(text, end + 1)) === colon) yield text.slice(at + 1, end);
    at = end;
  }
}

/**
 * Why an object of it is not read, as a sentence part: two parsers may each take another of two values of one key, so
 * that what a proxy has looked at is not what is done. Null when there is nothing, or when it is no JSON.
 */
export function keysFault(text: string, mostKeys: number): string | null {
  /** Of each object or list around the position; null for a list. */
  const around: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === openBrace) around.push(new Set());
    else if (code === openBracket) around.push(null);
    else if (code === closeBrace || code === closeBracket) around.pop();
    if (code !== quote) continue;
    const end = endOfString(text, at);
    if (end < 0) return null;
    const keys = around.at(-1);
    if (keys && text.charCodeAt(pastBlanks(text, end + 1)) === colon) {
      const key = asText(text.slice(at, end + 1));
      if (keys.has(key)) return `has the key ${JSON.stringify(key.slice(0, 100))} twice`;
      if (keys.size === mostKeys) return `has an object of more than ${mostKeys} keys`;
      keys.add(key);
    }
    at = end;
  }
  return null;
}

function pastBlanks(text: string, from: number): number {
  let at = from;
  while (blanks.includes(text.charCodeAt(at))) at += 1;
  return at;
}

/** `"\u0061"` and `"a"` are one key. */
function asText(written: string): string {
  const bare = written.slice(1, -1);
  if (!bare.includes('\\')) return bare;
  const read = parseJson(written);
  return typeof read === 'string' ? read : bare;
}

const inMegabytes = (length: number) =>
  length < 1024 * 1024 ? `${length / 1024} KiB` : `${length / 1024 / 1024} MiB`;

const [quote, comma, minus, colon, openBracket, closeBracket, openBrace, closeBrace, backslash] = [
  0x22, 0x2c, 0x2d, 0x3a, 0x5b, 0x5d, 0x7b, 0x7d, 0x5c,
] as const;
/** Blank, tab, line feed, carriage return. */
const blanks: readonly number[] = [0x20, 0x09, 0x0a, 0x0d];

/** The closing quote of the string that opens there; -1 when it has none. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === backslash) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return -1;
}
