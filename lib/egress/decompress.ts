/**
 * Undoes the content codings of a body, as browsers do: what the bytes are counts for more than what the header
 * calls them, for servers compress twice and say it once, say gzip of what is plain, and mean raw deflate by
 * deflate (RFC 9110, 8.4.1.2 knows of it).
 */
import { promisify } from 'node:util';
import {
  brotliDecompress,
  crc32,
  gunzip,
  inflate,
  inflateRaw,
  type ZlibOptions,
  zstdDecompress,
} from 'node:zlib';
import { AppError } from '#lib/errors/app-error.ts';
import { shorten } from './url.ts';

/** What is asked for; a server may answer with more all the same. */
export const acceptEncoding = 'zstd, br, gzip';

/** A chain longer than this is an attack, not a saving; curl has the same bound. */
const mostLayers = 5;

type Decoder = (body: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>;

const unpack = {
  gzip: promisify<Uint8Array, ZlibOptions, Buffer>(gunzip),
  zlib: promisify<Uint8Array, ZlibOptions, Buffer>(inflate),
  raw: promisify<Uint8Array, ZlibOptions, Buffer>(inflateRaw),
  br: promisify<Uint8Array, object, Buffer>(brotliDecompress),
  zstd: promisify<Uint8Array, object, Buffer>(zstdDecompress),
};

export const isGzip = (body: Uint8Array) => body[0] === 0x1f && body[1] === 0x8b;

/** RFC 1950, 2.2: the method is 8, and both bytes together are a multiple of 31. */
const isZlib = ([first = 0, second = 0]: Uint8Array) =>
  (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;

/** RFC 8878, 3.1: a frame, or one to be skipped before it. */
const isZstd = ([first = 0, b, c, d]: Uint8Array) =>
  (first === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) ||
  ((first & 0xf0) === 0x50 && b === 0x2a && c === 0x4d && d === 0x18);

/** What follows the last member and is none is passed over, as browsers and gzip(1) do. */
const gunzipped: Decoder = async (body, options) => {
  try {
    return await unpack.gzip(body, options);
  } catch (error) {
    const whole = isTooLarge(error) ? null : await wholeMembers(body, options);
    if (whole === null) throw error;
    return whole;
  }
};

const [crcFlag, extraFlag, nameFlag, commentFlag] = [2, 4, 8, 16] as const;
const trailerBytes = 8;

/** All members before what is none; null when there is none, or one of them is not whole. */
async function wholeMembers(
  body: Uint8Array,
  { maxOutputLength }: { maxOutputLength: number },
): Promise<Uint8Array | null> {
  const members: Uint8Array[] = [];
  let left = maxOutputLength;
  for (let rest = body; isGzip(rest); ) {
    const member = await firstMember(rest, { maxOutputLength: left }).catch(() => null);
    if (member === null) return null;
    members.push(member.content);
    left -= member.content.byteLength;
    rest = rest.subarray(member.end);
    // zlib takes no limit of nothing; what else there is may be empty members only.
    if (left === 0) break;
  }
  return members.length === 0 ? null : Buffer.concat(members);
}

interface Member {
  readonly content: Uint8Array;
  /** Where what follows it begins. */
  readonly end: number;
}

/** The first member of gzip (RFC 1952, 2.3), by its checksum whole; null when it is not. */
async function firstMember(
  body: Uint8Array,
  options: { maxOutputLength: number },
): Promise<Member | null> {
  const flags = body[3] ?? 0;
  let start = 10;
  if (flags & extraFlag) start += 2 + (body[start] ?? 0) + 256 * (body[start + 1] ?? 0);
  for (const flag of [nameFlag, commentFlag]) {
    if (flags & flag) start = body.indexOf(0, start) + 1;
  }
  if (flags & crcFlag) start += 2;
  const { buffer, engine } = await new Promise<Inflated>((resolve, reject) => {
    // With `info` it answers both; its types do not say so.
    inflateRaw(body.subarray(start), { ...options, info: true }, (error, inflated: unknown) =>
      error ? reject(error) : resolve(inflated as Inflated),
    );
  });
  const end = start + engine.bytesWritten;
  const trailer = Buffer.from(body.subarray(end, end + trailerBytes));
  const isWhole = trailer.length === trailerBytes && trailer.readUInt32LE() === crc32(buffer);
  return isWhole ? { content: buffer, end: end + trailerBytes } : null;
}

interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** What is marked as packed in one way is, whatever the header calls it; null when it bears no mark. */
function marked(
  body: Uint8Array,
  options: { maxOutputLength: number },
): Promise<Uint8Array> | null {
  if (isGzip(body)) return gunzipped(body, options);
  return isZstd(body) ? unpack.zstd(body, options) : null;
}

/** gzip and deflate are mistaken for each other. What is neither was not compressed. */
const deflated: Decoder = async (body, options) =>
  marked(body, options) ?? (isZlib(body) ? unpack.zlib(body, options) : body);

const decoders: Readonly<Record<string, Decoder>> = {
  gzip: deflated,
  'x-gzip': deflated,
  async deflate(body, options) {
    if (isGzip(body)) return gunzipped(body, options);
    if (isZlib(body)) {
      // Raw deflate may begin like it by chance.
      return unpack.zlib(body, options).catch((error: unknown) => {
        if (isTooLarge(error)) throw error;
        return unpack.raw(body, options);
      });
    }
    return unlessMistaken(unpack.raw, body, options);
  },
  br: (body, options) => unlessMistaken(unpack.br, body, options),
  zstd: async (body, options) => marked(body, options) ?? body,
};

/**
 * These two have no mark of their own: what cannot be undone was packed in another way, or reads as text and was never
 * packed.
 */
async function unlessMistaken(
  decode: Decoder,
  body: Uint8Array,
  options: { maxOutputLength: number },
): Promise<Uint8Array> {
  try {
    return await decode(body, options);
  } catch (error) {
    if (isTooLarge(error)) throw error;
    const otherwise = marked(body, options);
    if (otherwise !== null) return otherwise;
    if (!readsAsText(body.subarray(0, 1024))) throw error;
    return body;
  }
}

/** No control characters but blanks; of compressed bytes an eighth are. */
const readsAsText = (beginning: Uint8Array): boolean =>
  beginning.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));

/** zlib's answer to `maxOutputLength` (ERR_BUFFER_TOO_LARGE). */
export const isTooLarge = (error: unknown): boolean => error instanceof RangeError;

/** Registered codings that nobody answers a crawler with, and cannot be undone here (IANA, HTTP parameters). */
const unreadable = new Set([
  'compress',
  'x-compress',
  'exi',
  'pack200-gzip',
  'aes128gcm',
  'dcb',
  'dcz',
  'sdch',
]);

/** Words that servers put there by mistake and that mean nothing was done. */
const plainWords = new Set([
  'identity',
  'none',
  'plain',
  'text',
  'binary',
  '7bit',
  '8bit',
  'chunked',
  // Of the upload, kept by stores of objects.
  'aws-chunked',
]);

/** A charset or a media type belongs into Content-Type, and says nothing about compression. */
function isMisplaced(coding: string): boolean {
  if (plainWords.has(coding) || coding.includes('/')) return true;
  const label = coding.replace(/^charset\s*=\s*/, '').replaceAll(/^["']|["']$/g, '');
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}

/** From the outermost; throws `egress_encoding_unknown` for one that nobody knows, and for too many. */
function layersOf(contentEncoding: string): Decoder[] {
  const codings = contentEncoding
    .split(/[,;]/, 64)
    .map((coding) => coding.trim().toLowerCase())
    // A parameter of Accept-Encoding, sent back.
    .filter((coding) => !/^q\s*=/.test(coding))
    .filter((coding) => coding !== '');
  const layers = codings.flatMap((coding): Decoder[] => {
    const decoder = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
    if (decoder) return [decoder];
    if (!unreadable.has(coding) && isMisplaced(coding)) return [];
    throw new AppError(
      'egress_encoding_unknown',
      `The response is encoded as "${shorten(coding)}", which cannot be read.`,
    );
  });
  if (layers.length > mostLayers) {
    throw new AppError(
      'egress_encoding_unknown',
      `The response is compressed ${layers.length} times over; at most ${mostLayers} are undone.`,
    );
  }
  return layers.reverse();
}

/**
 * The body without its content codings; itself when there are none.
 * @param maxBytes of each layer
 * @throws AppError `egress_encoding_unknown`; what zlib throws, a RangeError when a layer is too large
 */
export async function decompress(
  body: Uint8Array,
  contentEncoding: string,
  maxBytes: number,
): Promise<Uint8Array> {
  let decoded = body;
  for (const layer of layersOf(contentEncoding)) {
    // Nothing stands for nothing, whatever it is said to be packed in.
    if (decoded.byteLength === 0) return decoded;
    decoded = await layer(decoded, { maxOutputLength: maxBytes, ...inLargeSteps });
  }
  return decoded;
}

/** Fewer turns of the event loop for each megabyte. */
const inLargeSteps = { chunkSize: 64 * 1024 };
