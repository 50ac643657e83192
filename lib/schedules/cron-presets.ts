/**
 * The usual cron expressions as a person chooses them, and back. An expression is read as one of them only where it comes
 * due at the very same times; everything else stays an expression. Pure.
 */

/** 0 = Sunday, as cron has it. */
export type Weekday = 0 | 1 | 2 | 3 | 4 | 5 | 6;

export type CronPreset =
  /** Every so many minutes; divides an hour, or the last pause of each hour would be shorter. */
  | { readonly kind: 'minutes'; readonly every: number }
  /** Every so many hours, which divide a day, at a minute. */
  | { readonly kind: 'hours'; readonly every: number; readonly minute: number }
  | { readonly kind: 'daily'; readonly hour: number; readonly minute: number }
  | {
      readonly kind: 'weekly';
      /** In the order of a week that begins on Monday; at least one, at most six. */
      readonly days: readonly Weekday[];
      readonly hour: number;
      readonly minute: number;
    }
  | {
      readonly kind: 'monthly';
      readonly day: number | 'last';
      readonly hour: number;
      readonly minute: number;
    };
export type PresetKind = CronPreset['kind'];

export const minuteSteps = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30] as const;
export const hourSteps = [1, 2, 3, 4, 6, 8, 12] as const;
export const week: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 0];
export const workdays: readonly Weekday[] = [1, 2, 3, 4, 5];

export function cronOf(preset: CronPreset): string {
  switch (preset.kind) {
    case 'minutes':
      return `${preset.every === 1 ? '*' : `*/${preset.every}`} * * * *`;
    case 'hours':
      return `${preset.minute} ${preset.every === 1 ? '*' : `*/${preset.every}`} * * *`;
    case 'daily':
      return `${preset.minute} ${preset.hour} * * *`;
    case 'weekly':
      return `${preset.minute} ${preset.hour} * * ${listed(preset.days)}`;
    case 'monthly':
      return `${preset.minute} ${preset.hour} ${preset.day === 'last' ? 'L' : preset.day} * *`;
  }
}

/** `1-5` for Monday to Friday, else `1,3,0`. */
const listed = (days: readonly Weekday[]) =>
  isWorkdays(days) ? '1-5' : inWeekOrder(days).join(',');

export const inWeekOrder = (days: readonly Weekday[]): Weekday[] =>
  week.filter((day) => days.includes(day));

export const isWorkdays = (days: readonly Weekday[]): boolean =>
  days.length === workdays.length && workdays.every((day) => days.includes(day));

/** Null = it is none of the usual ones. */
export function presetOf(expression: string): CronPreset | null {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 5) return null;
  const [minute, hour, day, month, weekday] = fields as [string, string, string, string, string];
  if (!isAny(month)) return null;
  const at = { minute: numberIn(minute, 0, 59), hour: numberIn(hour, 0, 23) };
  if (isAny(day) && isAny(weekday)) {
    const minutes = stepOf(minute, minuteSteps);
    if (minutes !== null && isAny(hour)) return { kind: 'minutes', every: minutes };
    if (at.minute === null) return null;
    const hours = stepOf(hour, hourSteps);
    if (hours !== null) return { kind: 'hours', every: hours, minute: at.minute };
    return at.hour === null ? null : { kind: 'daily', hour: at.hour, minute: at.minute };
  }
  if (at.minute === null || at.hour === null) return null;
  const time = { hour: at.hour, minute: at.minute };
  if (isAny(day)) {
    const days = weekdaysOf(weekday);
    if (days === null) return null;
    return days.length === 7 ? { kind: 'daily', ...time } : { kind: 'weekly', days, ...time };
  }
  if (!isAny(weekday)) return null;
  if (/^L$/i.test(day)) return { kind: 'monthly', day: 'last', ...time };
  const ofMonth = numberIn(day, 1, 31);
  return ofMonth === null ? null : { kind: 'monthly', day: ofMonth, ...time };
}

const isAny = (field: string) => field === '*' || field === '*/1' || field === '?';

function numberIn(field: string, least: number, most: number): number | null {
  const number = /^\d{1,2}$/.test(field) ? Number(field) : Number.NaN;
  return number >= least && number <= most ? number : null;
}

/** Of a field that means each so-maniest from zero. */
function stepOf(field: string, steps: readonly number[]): number | null {
  if (isAny(field)) return 1;
  const step = Number(/^\*\/(\d{1,2})$/.exec(field)?.[1]);
  return steps.find((one) => one === step) ?? null;
}

const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** `1-5`, `MON,WED`, `6-7`; null = it is written otherwise. */
function weekdaysOf(field: string): Weekday[] | null {
  const days = new Set<number>();
  for (const part of field.split(',')) {
    const [from, to = from, more] = part.split('-').map(dayOf);
    if (from === undefined || to === undefined || more !== undefined) return null;
    if (Number.isNaN(from) || Number.isNaN(to) || from > to) return null;
    for (let day = from; day <= to; day += 1) days.add(day % 7);
  }
  return week.filter((day) => days.has(day));
}

function dayOf(text: string): number {
  const named = dayNames.indexOf(text.toUpperCase());
  return named >= 0 ? named : (numberIn(text, 0, 7) ?? Number.NaN);
}

export const weekdayNames = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;

const clock = ({ hour, minute }: { readonly hour: number; readonly minute: number }) =>
  `at ${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;

/** `every Monday, Wednesday and Friday at 04:00`. */
export function presetInWords(preset: CronPreset): string {
  switch (preset.kind) {
    case 'minutes':
      return preset.every === 1 ? 'every minute' : `every ${preset.every} minutes`;
    case 'hours':
      return preset.every === 1
        ? `every hour at minute ${preset.minute}`
        : `every ${preset.every} hours at minute ${preset.minute}`;
    case 'daily':
      return `every day ${clock(preset)}`;
    case 'weekly':
      return isWorkdays(preset.days)
        ? `Monday to Friday ${clock(preset)}`
        : `every ${joined(preset.days.map((day) => weekdayNames[day]))} ${clock(preset)}`;
    case 'monthly':
      if (preset.day === 'last') return `on the last day of each month ${clock(preset)}`;
      return preset.day > 28
        ? `on day ${preset.day} of months that have one ${clock(preset)}`
        : `on day ${preset.day} of each month ${clock(preset)}`;
  }
}

const joined = (names: readonly string[]) =>
  names.length < 2
    ? names.join('')
    : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;

/** The same times of day where it makes sense: who goes from daily to weekly keeps the hour. */
export function presetLike(kind: PresetKind, before: CronPreset | null): CronPreset {
  const minute = before && 'minute' in before ? before.minute : 0;
  const hour = before && 'hour' in before ? before.hour : 3;
  switch (kind) {
    case 'minutes':
      return { kind, every: 15 };
    case 'hours':
      return { kind, every: 1, minute };
    case 'daily':
      return { kind, hour, minute };
    case 'weekly':
      return { kind, days: [1], hour, minute };
    case 'monthly':
      return { kind, day: 1, hour, minute };
  }
}
