/** How long a server asks to be left alone, as its headers say. Pure. */

/** Some programs name the unit. */
const seconds = /^(\d+(?:\.\d+)?)\s{0,9}(?:s|secs?|seconds?)?$/i;
/** A server may ask for anything; beyond a day an operator should look. */
const longestMs = 24 * 60 * 60 * 1000;

/**
 * The wait that `Retry-After` asks for, ms, above 0 and at most 24 h. Null when it asks for none: what cannot be
 * read, what is over already, `0`. A date is compared with the server's own `Date`, so that a wrong clock here
 * changes nothing (RFC 9110, 10.2.3).
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>): number | null {
  const ms = wishIn(headers['retry-after']?.trim() ?? '', headers['date']);
  return ms === null || ms <= 0 ? null : Math.max(1, Math.min(longestMs, Math.round(ms)));
}

function wishIn(text: string, sent: string | undefined): number | null {
  // A proxy may have joined some of them: the longest one fits all. A comma within a date is followed by a digit.
  const wishes = text
    .slice(0, longestWish)
    .split(/,(?!\s*\d{1,2}[\s-])/)
    .map((part) => wishOf(part.replace(/;.*$/s, '').replaceAll(/^[\s"']+|[\s"']+$/g, ''), sent));
  const known = wishes.filter((wish) => wish !== null);
  return known.length < wishes.length ? null : Math.max(...known);
}

const longestWish = 400;

/** One of them, ms. */
function wishOf(text: string, sent: string | undefined): number | null {
  const [, number] = seconds.exec(text) ?? [];
  if (number !== undefined) return Number(number) * 1000;
  const until = httpDate(text);
  return until === null ? null : until - (httpDate(sent ?? '') ?? Date.now());
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const clock = String.raw`(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.\d{1,9})?)?`;
const zone = String.raw`\s*(?<zone>GMT|UTC?|Z|[+-]\d{2}:?\d{2})?`;
const forms = [
  // `Sun, 06 Nov 1994 08:49:37 GMT` and `Sunday, 06-Nov-94 08:49:37 GMT`, the weekday or not.
  String.raw`(?:[a-z]{3,9},?\s+)?(?<day>\d{1,2})[\s-](?<month>[a-z]{3})[a-z]{0,6}[\s-](?<year>\d{4}|\d{2})\s+${clock}${zone}`,
  // `Sun Nov  6 08:49:37 1994`, of C's asctime: in GMT.
  String.raw`(?:[a-z]{3,9},?\s+)?(?<month>[a-z]{3})[a-z]{0,6}\s+(?<day>\d{1,2})\s+${clock}${zone}\s+(?<year>\d{4})`,
  // ISO 8601, as many programs write it.
  String.raw`(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})(?:T|\s+)${clock}${zone}`,
].map((form) => new RegExp(`^${form}$`, 'i'));

/**
 * A moment in one of the three forms of HTTP (RFC 9110, 5.6.7) or in ISO 8601, ms since 1970; without a zone it is
 * GMT. Null for anything else: `Date.parse` reads a moment into almost any text, in the zone of this machine.
 */
export function httpDate(text: string): number | null {
  const read =
    text.length > 64 ? undefined : forms.map((form) => form.exec(text.trim())).find(Boolean);
  const {
    year = '',
    month = '',
    day,
    hour,
    minute,
    second = '0',
    zone: offset = '',
  } = read?.groups ?? {};
  const index = /^\d+$/.test(month) ? Number(month) - 1 : months.indexOf(month.toLowerCase());
  const parts = [day, hour, minute, second].map(Number);
  const [d = 0, h = 0, m = 0, s = 0] = parts;
  if (!read || index < 0 || index > 11 || d < 1 || d > 31 || h > 24 || m > 59 || s > 60)
    return null;
  return Date.UTC(fullYear(year), index, d, h, m, s) - offsetMs(offset);
}

/** Two digits that would be more than 50 years ahead are of the past century (RFC 9110, 5.6.7). */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length > 2) return year;
  const now = new Date().getUTCFullYear();
  const near = now - (now % 100) + year;
  return near > now + 50 ? near - 100 : near;
}

function offsetMs(text: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(text);
  if (!match) return 0;
  const [, sign, hours, minutes] = match;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
