/** Reading response bodies: text in its charset, JSON, and pages sent where JSON was due. */
import type { HttpResponse } from '#lib/egress/http-client.ts';

/** RFC 6838, 4.2: each half of a media type has at most 127 characters of these; columns hold 200. */
const mediaType = /^[\w!#$&^.+*~-]{1,99}\/[\w!#$&^.+*~-]{1,99}$/;

/** `text/html; charset=utf-8` → `text/html`; lower case; empty for what is no media type. */
export function mediaTypeOf(response: Pick<HttpResponse, 'headers'>): string {
  const said = (response.headers['content-type'] ?? '').slice(0, 400).split(/[;,]/, 1)[0] ?? '';
  const type = said.trim().toLowerCase();
  return mediaType.test(type) ? type : '';
}

export interface Decoded {
  readonly text: string;
  /** The encoding's name as the WHATWG gives it: `utf-8`, `windows-1252`, `shift_jis` … */
  readonly charset: string;
}

const byteOrderMarks: readonly (readonly [readonly number[], string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xfe, 0xff], 'utf-16be'],
  [[0xff, 0xfe], 'utf-16le'],
];

/** UTF-16 without a mark: whatever it is, JSON, markup or rules, it begins with two characters of ASCII. */
function wideOf([a, b, c, d]: Uint8Array): string | undefined {
  const isAscii = (byte = 0) => byte >= 0x09 && byte < 0x7f;
  if (isAscii(a) && b === 0 && isAscii(c) && d === 0) return 'utf-16le';
  return a === 0 && isAscii(b) && c === 0 && isAscii(d) ? 'utf-16be' : undefined;
}

/**
 * The body as text. The encoding is that of its byte order mark or of its zeros, else of the header, else of what the
 * page says of itself (`<meta charset>`, the XML declaration), else UTF-8 where the bytes are UTF-8 and
 * windows-1252 where they cannot be: the order of the HTML standard, 13.2.3.
 */
export function decode({ headers, body }: Pick<HttpResponse, 'headers' | 'body'>): Decoded {
  const known =
    byteOrderMarks.find(([mark]) => mark.every((byte, index) => body[index] === byte))?.[1] ??
    wideOf(body) ??
    decoderFor(/charset\s*=\s*["']?([\w:.-]+)/i.exec(headers['content-type'] ?? '')?.[1])
      ?.encoding ??
    decoderFor(charsetOfMarkup(headers, body))?.encoding;
  if (known !== undefined) {
    return { text: new TextDecoder(known).decode(body), charset: known };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(body), charset: 'utf-8' };
  } catch {
    return { text: new TextDecoder('windows-1252').decode(body), charset: 'windows-1252' };
  }
}

/** The same answer, said to be in another charset; where none is given, as it is. */
export function readAs<A extends Pick<HttpResponse, 'headers'>>(
  answer: A,
  charset: string | undefined,
): A {
  if (charset === undefined) return answer;
  const [type] = (answer.headers['content-type'] ?? '').split(/[;,]/, 1);
  return {
    ...answer,
    headers: { ...answer.headers, 'content-type': `${type}; charset=${charset}` },
  };
}

/** The name the Encoding standard has for a label; null for none of its labels. */
export const charsetOf = (label: string): string | null => decoderFor(label)?.encoding ?? null;

export const textOf = (response: Pick<HttpResponse, 'headers' | 'body'>): string =>
  decode(response).text;

/** What a page says of itself in its first kilobyte, where the HTML standard wants it. */
function charsetOfMarkup(headers: HttpResponse['headers'], body: Uint8Array): string | undefined {
  if (!/html|xml|^$/.test(mediaTypeOf({ headers }))) return undefined;
  const beginning = new TextDecoder('latin1').decode(body.subarray(0, 1024));
  const said =
    /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w:.-]+)/i.exec(beginning)?.[1] ??
    /<meta\s[^>]*charset\s*=\s*["']?\s*([\w:.-]+)/i.exec(beginning)?.[1];
  // A page that could be read as ASCII up to here is not UTF-16, whatever it says.
  return said !== undefined && /^utf-?16/i.test(said) ? 'utf-8' : said;
}

function decoderFor(label: string | undefined): TextDecoder | undefined {
  if (label === undefined) return undefined;
  try {
    return new TextDecoder(label);
  } catch {
    // An unknown charset.
    return undefined;
  }
}

/** Media types of text, whatever they begin with. */
const textType =
  /^text\/|[/+](?:json|xml|yaml)$|^application\/(?:json[\w-]*|x-ndjson|(?:x-)?(?:javascript|ecmascript|yaml|sh|httpd-php)|ld-json|sql|graphql|toml|x-www-form-urlencoded|x-bibtex|x-tex|xml-dtd|mbox|x-subrip)$/;
/** Families in which nothing is text but what `textType` finds. */
const binaryType =
  /^(?:image|audio|video|font|model)\/|^application\/(?:pdf|zip|gzip|wasm|epub\+zip|ogg|msword|vnd\.(?:ms-|openxmlformats|oasis)[\w.+-]*|x-(?:gzip|tar|bzip2?|7z-compressed|xz|shockwave-flash|font-\w+))$/;

/** As much of a body as browsers look at (MIME Sniffing, 5.2). */
const sniffed = 1445;
/** "Binary data bytes" (MIME Sniffing, 3): no charset but UTF-16 has them in a text. */
const isBinaryByte = (byte: number): boolean =>
  byte <= 0x08 || byte === 0x0b || (byte >= 0x0e && byte <= 0x1a) || (byte >= 0x1c && byte <= 0x1f);

/**
 * Whether a body is no text. Its type says so, and where it says nothing, or `text/plain`, as servers say of what
 * they do not know, its first bytes do (MIME Sniffing, 7.2).
 */
export function isBinary({ headers, body }: Pick<HttpResponse, 'headers' | 'body'>): boolean {
  const type = mediaTypeOf({ headers });
  if (textType.test(type) && type !== 'text/plain') return false;
  if (binaryType.test(type)) return true;
  const isWide = /charset\s*=\s*"?utf-?(?:16|32)/i.test(headers['content-type'] ?? '');
  const hasMark = byteOrderMarks.some(([mark]) => mark.every((byte, at) => body[at] === byte));
  if (isWide || hasMark) return false;
  const beginning = body.subarray(0, sniffed);
  return beginning.some(isBinaryByte) || startsAsPdf(beginning);
}

const startsAsPdf = (beginning: Uint8Array): boolean =>
  new TextDecoder('latin1').decode(beginning.subarray(0, 5)) === '%PDF-';

/** True for a page meant for people, which an API sends when it blocks or is not there. */
export const looksLikeHtml = (text: string): boolean =>
  /^\s*<(!doctype html|html|head|body)\b/i.test(text.slice(0, 4096));

/** How an unreadable response begins, for a message: one line, at most 80 characters. */
export const beginningOf = (text: string): string => {
  const line = text
    .slice(0, 1000)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
};

interface ReadText {
  /** Media type; empty where none was named. */
  readonly content_type: string;
  readonly text: string;
}

/** Whether a text is a page: by its type, or where it names none by its beginning. */
export const isPage = ({ content_type: type, text }: ReadText): boolean =>
  type === ''
    ? /^\s*<(!doctype html|html|head|body)\b/i.test(text.slice(0, 1000))
    : /html/.test(type);
