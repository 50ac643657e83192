/** Random bodies of every kind that servers send, and the form in which each travels. */
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { randomOf } from '../hostile/fuzz.ts';

export interface SentBody {
  /** Null = the server names none. */
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
  /** What is sent. */
  readonly wire: Uint8Array;
  /** The same without its coding: what must be given back. */
  readonly body: Uint8Array;
}

type Random = () => number;

/** Charsets with the letters that a text in them is made of, as bytes: any row of them is a text. */
const charsets: Readonly<Record<string, (random: Random) => readonly number[]>> = {
  'utf-8': (random) => [...Buffer.from(pick(random, ['a', 'é', '☃', '𝒳', '스', '\n']))],
  'utf-16le': (random) => [...Buffer.from(pick(random, ['a', 'é', '☃', '𝒳']), 'utf16le')],
  'utf-16be': (random) => [...Buffer.from(pick(random, ['a', 'é', '☃']), 'utf16le').swap16()],
  'windows-1252': (random) => [0x20 + below(random, 0xe0)],
  'iso-8859-2': (random) => [0xa0 + below(random, 0x60)],
  'koi8-r': (random) => [0xc0 + below(random, 0x40)],
  shift_jis: (random) => [0x88 + below(random, 8), 0x9f + below(random, 0x5d)],
  gb18030: (random) => [0xb0 + below(random, 0x40), 0xa1 + below(random, 0x5e)],
  'euc-kr': (random) => [0xb0 + below(random, 0x18), 0xa1 + below(random, 0x5e)],
};

const below = (random: Random, bound: number) => Math.floor(random() * bound);
function pick<T>(random: Random, values: readonly T[]): T {
  const value = values[below(random, values.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
}

/** Mostly short, some of a megabyte. */
const lengthOf = (random: Random) => Math.floor(10 ** (random() * (random() < 0.02 ? 6 : 4)));

const bytesOf = (random: Random, length: number) =>
  Uint8Array.from({ length }, () => below(random, 256));

function textIn(charset: string, random: Random): Uint8Array {
  const letter = charsets[charset];
  if (!letter) throw new Error(`no letters of ${charset}`);
  return Uint8Array.from(
    Array.from({ length: Math.ceil(lengthOf(random) / 2) }, () => letter(random)).flat(),
  );
}

function jsonText(random: Random, depth = 0): string {
  const kind = below(random, depth > 3 ? 4 : 6);
  const blank = pick(random, ['', ' ', '\n\t']);
  const inner = () =>
    Array.from({ length: below(random, 6) }, () => blank + jsonText(random, depth + 1));
  if (kind === 0) return pick(random, ['null', 'true', '-0', '1.0', '1e400', '9007199254740993']);
  if (kind === 1) return `${below(random, 1e9)}${below(random, 1e9)}`.replace(/^0+(?=\d)/, '');
  if (kind < 4) return JSON.stringify(pick(random, ['', 'é', '\ud800', '"', 'x'.repeat(300)]));
  if (kind === 4) return `[${inner().join(',')}${blank}]`;
  return `{${inner()
    .map((value, at) => `"${at}" :${value}`)
    .join(',')}}`;
}

const kinds: Readonly<
  Record<string, (random: Random) => Omit<SentBody, 'wire' | 'contentEncoding'>>
> = {
  text(random) {
    const charset = pick(random, Object.keys(charsets));
    const type = pick(random, ['text/html', 'text/plain', 'application/xml', 'text/csv']);
    return { contentType: `${type}; charset=${charset}`, body: textIn(charset, random) };
  },
  'wrong charset': (random) => ({
    contentType: `text/html; charset=${pick(random, [...Object.keys(charsets), 'x-none'])}`,
    body: textIn(pick(random, Object.keys(charsets)), random),
  }),
  'no charset': (random) => ({
    contentType: pick(random, ['text/html', 'text/plain', null]),
    body: textIn(pick(random, Object.keys(charsets)), random),
  }),
  'byte order mark': (random) => ({
    contentType: 'text/html',
    body: Buffer.concat([
      Uint8Array.from(
        pick(random, [
          [0xef, 0xbb, 0xbf],
          [0xff, 0xfe],
          [0xfe, 0xff],
        ]),
      ),
      bytesOf(random, lengthOf(random)),
    ]),
  }),
  binary: (random) => ({
    contentType: pick(random, [
      'image/png',
      'application/pdf',
      'audio/mpeg',
      'application/octet-stream',
      'text/plain',
      'text/html',
      null,
    ]),
    body: bytesOf(random, lengthOf(random)),
  }),
  json: (random) => ({
    contentType: pick(random, ['application/json', 'application/ld+json; charset=utf-8']),
    body: Buffer.from(jsonText(random)),
  }),
  empty: (random) => ({
    contentType: pick(random, ['text/html', 'image/png', null]),
    body: new Uint8Array(),
  }),
  'one huge line': (random) => ({
    contentType: 'text/plain; charset=utf-8',
    body: Buffer.from(pick(random, ['x', '\0', '\ufffd', '\r']).repeat(lengthOf(random) * 4)),
  }),
};

const codings: Readonly<Record<string, (body: Uint8Array, random: Random) => Uint8Array>> = {
  gzip: (body) => gzipSync(body),
  br: (body) => brotliCompressSync(body),
  zstd: (body) => zstdCompressSync(body),
  deflate: (body, random) => (random() < 0.5 ? deflateSync(body) : deflateRawSync(body)),
};

/** The same for the same seed. */
export function randomBody(seed: number): SentBody {
  const random = randomOf(seed);
  const make = pick(random, Object.values(kinds));
  const { contentType, body } = make(random);
  const contentEncoding = random() < 0.5 ? pick(random, Object.keys(codings)) : null;
  const pack = contentEncoding === null ? undefined : codings[contentEncoding];
  return { contentType, contentEncoding, body, wire: pack ? pack(body, random) : body };
}
