/** The parts of feeds as people write them: texts with markup in them, dates, encodings that are not what they say. */
import { Parser } from 'htmlparser2';
import { type Decoded, decode } from './body.ts';

/** Of titles, names and categories; longer ones are cut. */
const longestText = 4000;

/** Tags that only dress a text; what else looks like one in a title is meant to be read. */
const dressing = new Set(
  'a abbr b bdi big br cite code div em font h1 h2 h3 h4 h5 h6 i img ins mark nobr p q s small span strike strong sub sup tt u wbr'.split(
    ' ',
  ),
);

/** Markup as the text a reader sees, on one line. */
export function plainText(markup: string): string {
  let text = '';
  const parser = new Parser(
    {
      onopentagname(name) {
        text += dressing.has(name) ? (name === 'br' || name === 'p' ? ' ' : '') : `<${name}>`;
      },
      ontext(part) {
        text += part;
      },
    },
    { decodeEntities: true },
  );
  parser.end(markup.slice(0, longestText));
  return oneLine(text);
}

/** A text that is no markup, with the entities of HTML that its XML did not declare. */
export const literalText = (text: string): string =>
  /[<&]/.test(text) ? plainText(text.slice(0, longestText).replaceAll('<', '&lt;')) : oneLine(text);

const oneLine = (text: string): string =>
  text
    .slice(0, longestText)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();

/** RFC 822 knows these; the legacy parser of the platform knows the American ones. */
const zones: Readonly<Record<string, string>> = {
  UT: 'GMT',
  Z: 'GMT',
  WET: 'GMT',
  BST: '+0100',
  CET: '+0100',
  WEST: '+0100',
  CEST: '+0200',
  EET: '+0200',
  EEST: '+0300',
  MSK: '+0300',
  JST: '+0900',
  AEST: '+1000',
};

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/**
 * An ISO instant of RFC 822, RFC 3339 or what resembles them; null for what is none, and for moments that cannot be
 * meant. Without a zone it is UTC, without a time the day's beginning.
 */
export function momentOf(written: string | null | undefined): string | null {
  const text = (written ?? '').slice(0, 100).trim();
  const time = ofIso(text) ?? ofMail(text) ?? ofClock(text) ?? ofSeconds(text);
  if (time === null || time < earliest || time > latest) return null;
  return new Date(time).toISOString();
}

const dayMs = 86_400_000;

/** A moment of a change; null when it is to come, beyond clocks that differ: it would be news each time it is read. */
export const pastMoment = (moment: string | null, now = Date.now()): string | null =>
  moment === null || Date.parse(moment) > now + dayMs ? null : moment;

const earliest = Date.UTC(1980, 0, 1);
const latest = Date.UTC(2200, 0, 1);

function ofIso(text: string): number | null {
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone = 'Z'] =
    /^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/i.exec(
      text.replace(/^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2}))?(?=Z?$)/, extended),
    ) ?? [];
  if (year === undefined || month === undefined) return null;
  return timeOf([+year, +month, +(day ?? 1), +hour, +minute, +second + Number(fraction)], zone);
}

/** ISO 8601 without its signs, `20261130T093137Z`, with them. */
const extended = (_: string, year: string, month: string, day: string, ...time: string[]) =>
  `${year}-${month}-${day}${time[0] === undefined ? '' : `T${time.slice(0, 3).join(':')}`}`;

/** `Mon, 30 Nov 2026 09:31:37 +0100`, with or without day, seconds and zone, and with names of months written out. */
function ofMail(text: string): number | null {
  const [, day, name, year, hour = '0', minute = '0', second = '0', zone = 'Z'] =
    /^(?:\p{L}+\.?(?:,\s*|\s+))?(\d{1,2})[\s-]+([a-z]{3})[a-z]*\.?,?[\s-]+(\d{4}|\d{2})(?:,?\s+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?)?\s*((?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?|[a-z]{1,5})?(?:\s*\([^)]*\))?$/iu.exec(
      text,
    ) ?? [];
  const month = months.indexOf(name?.toLowerCase() ?? '') + 1;
  if (day === undefined || year === undefined || month === 0) return null;
  // RFC 2822, 4.3: two digits below 50 are of this century.
  const full = year.length === 4 ? +year : +year < 50 ? 2000 + +year : 1900 + +year;
  return timeOf([full, month, +day, +hour, +minute, +second], zone);
}

/** `Mon Nov 30 09:31:37 2026` as asctime writes it, and `Nov 30, 2026 9:31 AM`. */
function ofClock(text: string): number | null {
  const [, name, day, ...rest] =
    /^(?:\p{L}{2,9}\.?,?\s+)?([a-z]{3})[a-z]*\.?\s+(\d{1,2})(?:,?\s+(\d{4}))?(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap]m)?)?\s*([a-z]{1,5}|[+-]\d{2}:?\d{2})?(?:\s+(\d{4}))?$/iu.exec(
      text,
    ) ?? [];
  const [before, hour = '0', minute = '0', second = '0', half, zone = 'Z', after] = rest;
  const month = months.indexOf(name?.toLowerCase() ?? '') + 1;
  const year = before ?? after;
  if (day === undefined || year === undefined || month === 0) return null;
  const ofHalf = half === undefined ? +hour : (+hour % 12) + (/p/i.test(half) ? 12 : 0);
  return timeOf([+year, month, +day, ofHalf, +minute, +second], zone);
}

/** Seconds since 1970, or milliseconds. */
const ofSeconds = (text: string): number | null =>
  /^\d{9,10}$/.test(text) ? Number(text) * 1000 : /^\d{12,13}$/.test(text) ? Number(text) : null;

type Parts = readonly [number, number, number, number, number, number];

function timeOf([year, month, day, hour, minute, second]: Parts, zone: string): number | null {
  const inRange = month >= 1 && month <= 12 && hour <= 24 && minute <= 59 && second < 62;
  if (!inRange || day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null;
  const offset = offsetMs(zone);
  return offset === null
    ? null
    : Date.UTC(year, month - 1, day, hour, minute, Math.floor(second), (second % 1) * 1000) -
        offset;
}

/** East of Greenwich; null for a zone nobody knows. */
function offsetMs(zone: string): number | null {
  const name = zone.toUpperCase();
  const american = /^([ECMP])([SD])T$/.exec(name);
  const hours =
    american?.[1] === undefined
      ? null
      : 'ECMP'.indexOf(american[1]) + 5 - (american[2] === 'D' ? 1 : 0);
  if (hours !== null) return -hours * 3_600_000;
  const known = zones[name] ?? name;
  if (known === 'GMT' || known === 'UTC') return 0;
  const [, sign, hour, minute = '0'] =
    /^(?:UTC|GMT)?([+-])(\d{1,2}?)(?::?(\d{2}))?$/.exec(known) ?? [];
  if (hour === undefined) return null;
  return (sign === '-' ? -1 : 1) * (+hour * 60 + +minute) * 60_000;
}

interface Received {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * The text of a feed. What it says of its encoding is believed unless the bytes say otherwise: labels are often left
 * over from templates and defaults of servers.
 */
export function decodeFeed(received: Received): Decoded {
  const { body } = received;
  const said = decode(received);
  const isSingleByte = /^(windows-\d|iso-8859|macintosh|koi8|ibm|x-mac)/.test(said.charset);
  const asUtf8 = new TextDecoder().decode(body);
  if (isSingleByte && !isGarbled(asUtf8)) return { text: asUtf8, charset: 'utf-8' };
  return said.charset === 'utf-8' && isGarbled(said.text) ? inDeclared(received) : said;
}

/** One cut character is no other encoding; as many bad ones as good ones are. */
function isGarbled(text: string): boolean {
  let bad = 0;
  let good = 0;
  for (const [found] of text.matchAll(/[^\0-\x7f]/gu)) {
    if (found === '\ufffd') bad += 1;
    else good += 1;
  }
  return bad > 0 && bad >= good;
}

/** By the XML declaration alone, where that names another one than UTF-8; else what was most often meant. */
function inDeclared({ body }: Received): Decoded {
  const declared = decode({ headers: { 'content-type': 'text/xml' }, body });
  if (declared.charset !== 'utf-8') return declared;
  return { text: new TextDecoder('windows-1252').decode(body), charset: 'windows-1252' };
}
