/**
 * Spans of time as a person writes them: `yesterday`, `last 7 days`, `<30d`, `2026-01`, `2026-01-01..2026-01-31`. They
 * are kept as they were written and mean instants when they are asked for, by the calendar of the reader's zone.
 */
import { instantAt, type LocalClock, wallTime } from './zones.ts';

/** ISO instants; the end does not belong to it. At least one is set. */
export interface Span {
  readonly from?: string;
  readonly to?: string;
}

/** What is said of a text that is no span; it goes on after the name. */
export const spanRemedy =
  'must be a time such as yesterday, last 7 days, <30d (less than 30 days ago), >2h, 2026-01-31 or 2026-01-01..2026-01-31';

/** Worth a click; the first ones first. */
export const spanExamples = [
  'today',
  'yesterday',
  'last 24 hours',
  'last 7 days',
  'last 30 days',
  'this month',
  'last month',
  '>30d',
] as const;

type Unit = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

const unitOf: Readonly<Record<string, Unit>> = {
  m: 'minute',
  min: 'minute',
  minute: 'minute',
  h: 'hour',
  hour: 'hour',
  d: 'day',
  day: 'day',
  w: 'week',
  week: 'week',
  mo: 'month',
  month: 'month',
  y: 'year',
  year: 'year',
};

const fixedMs: Partial<Record<Unit, number>> = { minute: 60_000, hour: 3_600_000 };
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** What the columns of times hold. */
const earliestMs = Date.parse('0001-01-01T00:00:00Z');
const latestMs = Date.parse('9999-12-31T00:00:00Z');

/** Nobody looks further back; larger numbers leave the calendar. */
const mostUnits = 10_000;

/** A span with ends as ms; the calendar's parts are read in the zone. */
interface Ends {
  readonly from?: number;
  readonly to?: number;
}

/** What a text means now, or null where it means nothing. */
export function readSpan(text: string, clock: LocalClock): Span | null {
  const ends = endsOf(text.trim().toLowerCase().replaceAll(/\s+/g, ' '), clock);
  if (ends === null) return null;
  const { from, to } = ends;
  if ([from, to].some((ms) => ms !== undefined && !(ms >= earliestMs && ms <= latestMs)))
    return null;
  if (from !== undefined && to !== undefined && from >= to) return null;
  return {
    ...(from === undefined ? {} : { from: new Date(from).toISOString() }),
    ...(to === undefined ? {} : { to: new Date(to).toISOString() }),
  };
}

function endsOf(text: string, clock: LocalClock): Ends | null {
  const range = /^(.*?)\s*\.\.\s*(.*)$/.exec(text);
  if (range) return between(range[1] ?? '', range[2] ?? '', clock);
  const compared = /^(<=|>=|<|>|since|from|after|before|until|older than|newer than) ?(.+)$/.exec(
    text,
  );
  if (compared) return comparedTo(compared[1] ?? '', compared[2] ?? '', clock);
  return named(text, clock);
}

function between(first: string, last: string, clock: LocalClock): Ends | null {
  const from = first === '' ? {} : named(first, clock);
  const to = last === '' ? {} : named(last, clock);
  if (from === null || to === null || (first === '' && last === '')) return null;
  return {
    ...(from.from === undefined ? {} : { from: from.from }),
    ...(to.to === undefined ? {} : { to: to.to }),
  };
}

/** `<30d` is less than 30 days ago; `<2026-01-31` is before that day. */
function comparedTo(sign: string, text: string, clock: LocalClock): Ends | null {
  const ago = lengthOf(text);
  if (ago !== null) {
    const moment = back(clock, ago.count, ago.unit);
    const isNewer = ['<', '<=', 'since', 'from', 'after', 'newer than'].includes(sign);
    return isNewer ? { from: moment } : { to: moment };
  }
  const span = named(text, clock);
  if (span?.from === undefined || span.to === undefined) return null;
  if (sign === '>=' || sign === 'since' || sign === 'from') return { from: span.from };
  if (sign === '>' || sign === 'after' || sign === 'newer than') return { from: span.to };
  if (sign === '<' || sign === 'before' || sign === 'older than') return { to: span.from };
  return { to: span.to };
}

function named(text: string, clock: LocalClock): Ends | null {
  const { zone } = clock;
  const now = Date.parse(clock.now);
  const today = dayStart(wallTime(now, zone));
  const calendar = (from: number, to: number) => ({
    from: instantAt(from, zone),
    to: instantAt(to, zone),
  });
  const daysAgo = (days: number) =>
    calendar(plus(today, -days, 'day'), plus(today, 1 - days, 'day'));
  if (text === 'today') return daysAgo(0);
  if (text === 'yesterday') return daysAgo(1);
  if (text === 'tomorrow') return daysAgo(-1);
  const weekday = weekdays.indexOf(text);
  if (weekday >= 0) return daysAgo((new Date(today).getUTCDay() - weekday + 7) % 7);
  const ago = /^(\d{1,5}) ?([a-z]+) ago$/.exec(text);
  if (ago) {
    const length = lengthOf(`${ago[1]}${ago[2]}`);
    if (length === null) return null;
    if (length.unit === 'day') return daysAgo(length.count);
    const moment = back(clock, length.count, length.unit);
    return { from: moment, to: now };
  }
  const whole = /^(this|last|previous) (week|month|year|day|hour)$/.exec(text);
  if (whole) {
    const unit = unitOf[whole[2] ?? ''] ?? 'day';
    const start = startOf(wallTime(now, zone), unit);
    const step = whole[1] === 'this' ? 0 : -1;
    return calendar(plus(start, step, unit), plus(start, step + 1, unit));
  }
  const length = lengthOf(text.replace(/^(?:the )?(?:last|past) /, ''));
  if (length !== null) return { from: back(clock, length.count, length.unit) };
  return written(text, zone);
}

/** `2026`, `2026-01`, `2026-01-31` in the zone; `2026-01-31T09:15Z` is a minute of everybody's. */
function written(text: string, zone: string): Ends | null {
  const date = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(text);
  if (date) {
    const [, year = '', month, day] = date;
    const start = Date.UTC(Number(year), Number(month ?? 1) - 1, Number(day ?? 1));
    // 31 February would be in March.
    if (!new Date(start).toISOString().startsWith(text)) return null;
    const unit = day !== undefined ? 'day' : month !== undefined ? 'month' : 'year';
    return { from: instantAt(start, zone), to: instantAt(plus(start, 1, unit), zone) };
  }
  const time = /^(\d{4}-\d\d-\d\d)[t ](\d\d:\d\d)(:\d\d)?(\.\d{1,3})?(z)?$/.exec(text);
  if (!time) return null;
  const [, day = '', minute = '', second, fraction = '', isUtc] = time;
  const wall = Date.parse(`${day}T${minute}${second ?? ':00'}${fraction}Z`);
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(day)) return null;
  const from = isUtc ? wall : instantAt(wall, zone);
  return { from, to: from + (fraction !== '' ? 1 : second === undefined ? 60_000 : 1_000) };
}

/** `30d`, `30 days`, `2 hours`. */
function lengthOf(text: string): { readonly count: number; readonly unit: Unit } | null {
  const match = /^(\d{1,5}) ?([a-z]+)$/.exec(text);
  if (!match) return null;
  const word = match[2] ?? '';
  const unit = Object.hasOwn(unitOf, word) ? unitOf[word] : unitOf[word.replace(/s$/, '')];
  const count = Number(match[1]);
  return unit === undefined || count === 0 || count > mostUnits ? null : { count, unit };
}

/** So long ago: hours by the clock's own running, days and more by the calendar. */
function back({ now, zone }: LocalClock, count: number, unit: Unit): number {
  const ms = Date.parse(now);
  const fixed = fixedMs[unit];
  return fixed === undefined
    ? instantAt(plus(wallTime(ms, zone), -count, unit), zone)
    : ms - count * fixed;
}

const dayStart = (wall: number) => Math.floor(wall / 86_400_000) * 86_400_000;

/** Weeks begin on Mondays. */
function startOf(wall: number, unit: Unit): number {
  const date = new Date(dayStart(wall));
  if (unit === 'hour') return Math.floor(wall / 3_600_000) * 3_600_000;
  if (unit === 'week') return plus(date.getTime(), -((date.getUTCDay() + 6) % 7), 'day');
  if (unit === 'month') date.setUTCDate(1);
  if (unit === 'year') date.setUTCMonth(0, 1);
  return date.getTime();
}

/** A month on from the 31st is the last of the next. */
function plus(wall: number, count: number, unit: Unit): number {
  const date = new Date(wall);
  if (unit === 'minute' || unit === 'hour') return wall + count * (fixedMs[unit] ?? 0);
  if (unit === 'day' || unit === 'week') {
    date.setUTCDate(date.getUTCDate() + count * (unit === 'week' ? 7 : 1));
    return date.getTime();
  }
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + count * (unit === 'year' ? 12 : 1));
  const last = new Date(date);
  last.setUTCMonth(last.getUTCMonth() + 1, 0);
  date.setUTCDate(Math.min(day, last.getUTCDate()));
  return date.getTime();
}
