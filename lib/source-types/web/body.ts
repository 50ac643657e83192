/** Reading response bodies: text in its charset, JSON, and pages sent where JSON was due. */
import type { HttpResponse } from '#lib/egress/http-client.ts';

/** RFC 6838, 4.2: each half of a media type has at most 127 characters of these; columns hold 200. */
const mediaType = /^[\w!#$&^.+*~-]{1,99}\/[\w!#$&^.+*~-]{1,99}$/;

/** The header that was read last: it is asked for several times, and a site says the same of all its pages. */
let lastRead = { header: '', type: '' };

/** `text/html; charset=utf-8` → `text/html`; lower case; empty for what is no media type. */
export function mediaTypeOf(response: Pick<HttpResponse, 'headers'>): string {
  const header = response.headers['content-type'] ?? '';
  if (header === lastRead.header) return lastRead.type;
  const said = header.slice(0, 400).split(/[;,]/, 1)[0] ?? '';
  const type = said.trim().toLowerCase();
  lastRead = { header, type: mediaType.test(type) ? type : '' };
  return lastRead.type;
}

export interface Decoded {
  readonly text: string;
  /** The encoding's name as the WHATWG gives it: `utf-8`, `windows-1252`, `shift_jis` … */
  readonly charset: string;
}

/** The encoding that a byte order mark names. */
function markedAs(body: Uint8Array): string | undefined {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return 'utf-8';
  if (body[0] === 0xfe && body[1] === 0xff) return 'utf-16be';
  return body[0] === 0xff && body[1] === 0xfe ? 'utf-16le' : undefined;
}

const isAscii = (byte = 0) => byte >= 0x09 && byte < 0x7f;

/** UTF-16 without a mark: whatever it is, JSON, markup or rules, it begins with two characters of ASCII. */
function wideOf(body: Uint8Array): string | undefined {
  if (body[1] === 0 && body[3] === 0 && isAscii(body[0]) && isAscii(body[2])) return 'utf-16le';
  const isBig = body[0] === 0 && body[2] === 0 && isAscii(body[1]) && isAscii(body[3]);
  return isBig ? 'utf-16be' : undefined;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The body as text. The encoding is that of its byte order mark or of its zeros, else of the header, else of what the
 * page says of itself (`<meta charset>`, the XML declaration), else UTF-8 where the bytes are UTF-8 and
 * windows-1252 where they cannot be: the order of the HTML standard, 13.2.3. JSON is UTF-8 wherever it can be (RFC
 * 8259, 8.1), and nothing is UTF-16 that is a text in UTF-8, whatever its header says.
 */
export function decode({ headers, body }: Pick<HttpResponse, 'headers' | 'body'>): Decoded {
  const sure = markedAs(body) ?? wideOf(body);
  if (sure !== undefined) return readIn(sure, body);
  const { 'content-type': type = '' } = headers;
  const said = charsetOf(/charset\s*=\s*["']?([\w:.-]+)/i.exec(type)?.[1]);
  const isDoubtful = isJsonType(mediaTypeOf({ headers })) || isWideInNameOnly(said, body);
  const known = said ?? charsetOf(charsetOfMarkup(headers, body));
  if (known !== null && !isDoubtful) return readIn(known, body);
  try {
    return { text: strictUtf8.decode(body), charset: 'utf-8' };
  } catch {
    return readIn(known ?? 'windows-1252', body);
  }
}

const readIn = (charset: string, body: Uint8Array): Decoded => ({
  text: new TextDecoder(charset).decode(body),
  charset,
});

const isJsonType = (type: string): boolean => /[/+]json$/.test(type);

const isWideInNameOnly = (charset: string | null, body: Uint8Array): boolean =>
  charset?.startsWith('utf-16') === true && !body.subarray(0, 4096).some(isBinaryByte);

/** The same answer, said to be JSON, or in another charset; where neither is asked for, as it is. */
export function readAs<A extends Pick<HttpResponse, 'headers'>>(
  answer: A,
  charset: string | undefined,
  asJson = false,
): A {
  if (charset === undefined && (!asJson || isJsonType(mediaTypeOf(answer)))) return answer;
  const [type, ...parameters] = (answer.headers['content-type'] ?? '').split(/[;,]/);
  const said = charset === undefined ? parameters : [` charset=${charset}`];
  const written = [asJson ? 'application/json' : type, ...said].join(';');
  return { ...answer, headers: { ...answer.headers, 'content-type': written } };
}

/** The name the Encoding standard has for a label, or for one that systems have for the same; null for any other. */
export function charsetOf(label: string | undefined): string | null {
  if (label === undefined) return null;
  return nameIn(label) ?? nameIn(otherLabel(label));
}

function nameIn(label: string): string | null {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    // An unknown charset.
    return null;
  }
}

/** Labels of Windows, Java and databases, which servers write and the standard does not know: without signs, lower case. */
const otherLabels: Readonly<Record<string, string>> = {
  utf8mb3: 'utf-8',
  utf8mb4: 'utf-8',
  latin9: 'iso-8859-15',
  cp932: 'shift_jis',
  ms932: 'shift_jis',
  mskanji: 'shift_jis',
  windows932: 'shift_jis',
  cp936: 'gbk',
  ms936: 'gbk',
  windows936: 'gbk',
  euccn: 'gbk',
  cp949: 'euc-kr',
  ms949: 'euc-kr',
  windows949: 'euc-kr',
  uhc: 'euc-kr',
  cp950: 'big5',
  ms950: 'big5',
  windows950: 'big5',
  eucjp: 'euc-jp',
  ujis: 'euc-jp',
  euckr: 'euc-kr',
  koi8r: 'koi8-r',
  koi8u: 'koi8-u',
  tis620: 'windows-874',
};

function otherLabel(label: string): string {
  const plain = label.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return (
    (Object.hasOwn(otherLabels, plain) ? otherLabels[plain] : undefined) ??
    plain
      .replace(/^(?:win|windows|cp|ms|ansi)(125\d|874)$/, 'windows-$1')
      .replace(/^(?:iso|cp)?8859(\d{1,2})$/, 'iso-8859-$1')
      .replace(/^latin(\d)$/, 'latin$1')
      .replace(/^utf(\d+)$/, 'utf-$1')
  );
}

export const textOf = (response: Pick<HttpResponse, 'headers' | 'body'>): string =>
  decode(response).text;

/** As far as a page's head is looked through; the standard wants the charset in the first kilobyte, not all heed it. */
const headBytes = 16 * 1024;
const kilobyte = 1024;

/** What a page says of itself, outside of comments. */
function charsetOfMarkup(headers: HttpResponse['headers'], body: Uint8Array): string | undefined {
  if (!/html|xml|^$/.test(mediaTypeOf({ headers }))) return undefined;
  const beginning = new TextDecoder('latin1').decode(body.subarray(0, headBytes));
  const end = beginning.slice(kilobyte).search(/<\/head[\s>]|<body[\s>]/i);
  const head = withoutComments(end === -1 ? beginning : beginning.slice(0, kilobyte + end));
  const said =
    /^\s*<\?xml[^>]{0,1000}\sencoding\s*=\s*["']([\w:.-]+)/i.exec(head)?.[1] ??
    /<meta\s[^>]{0,300}charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w:.-]+)/i.exec(head)?.[1];
  // A page that could be read as ASCII up to here is not UTF-16, whatever it says.
  return said !== undefined && /^utf-?16/i.test(said) ? 'utf-8' : said;
}

function withoutComments(markup: string): string {
  const parts: string[] = [];
  let at = 0;
  for (let open = markup.indexOf('<!--'); open !== -1; open = markup.indexOf('<!--', at)) {
    parts.push(markup.slice(at, open));
    const close = markup.indexOf('-->', open + 4);
    if (close === -1) return parts.join(' ');
    at = close + 3;
  }
  return [...parts, markup.slice(at)].join(' ');
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
  if (isWide || markedAs(body) !== undefined) return false;
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

/** What pages begin with, where nothing else says that they are some (MIME Sniffing, 7.1). */
const pageBeginning =
  /^\s*(?:<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|meta)[\s>]|<!--)/i;

/** Whether a text is a page: by its type, or where it names none by its beginning. */
export const isPage = ({ content_type: type, text }: ReadText): boolean =>
  type === '' ? pageBeginning.test(text.slice(0, 1000)) : /html/.test(type);
