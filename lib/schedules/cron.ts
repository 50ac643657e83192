/** Cron expressions of five fields: checked, put into words, and their next times. */
import { Cron } from 'croner';
import type { Instant } from '#db/schema.ts';
import { isTimeZone } from '#lib/filters/zones.ts';

/** The reason why it cannot be used, or null. */
export function cronProblem(expression: string, timezone: string): string | null {
  if (!isTimeZone(timezone)) return 'is not a time zone such as UTC or Europe/Berlin';
  try {
    const cron = parse(expression, timezone);
    return cron.nextRun() === null ? 'never comes due' : null;
  } catch {
    return 'is not a cron expression of five fields: minute, hour, day, month, weekday';
  }
}

/** The next `count` times strictly after `from`. The expression must have passed `cronProblem`. */
export function nextTimes(
  expression: string,
  timezone: string,
  from: Instant,
  count: number,
): Instant[] {
  return parse(expression, timezone)
    .nextRuns(count, new Date(from))
    .map((time) => time.toISOString());
}

const parse = (expression: string, timezone: string) =>
  new Cron(expression.trim(), { timezone, mode: '5-part', paused: true });

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const isNumber = (field: string) => /^\d{1,2}$/.test(field);
const clock = (hour: string, minute: string) =>
  `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;

/** The usual expressions in words; any other as it stands. */
export function cronInWords(expression: string): string {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = expression
    .trim()
    .split(/\s+/);
  const everyDay = day === '*' && month === '*' && weekday === '*';
  if (everyDay && hour === '*') {
    if (minute === '*') return 'every minute';
    const step = /^\*\/(\d+)$/.exec(minute)?.[1];
    if (step) return `every ${step} minutes`;
    if (isNumber(minute)) return `every hour at minute ${minute}`;
  }
  if (everyDay && isNumber(minute)) {
    const step = /^\*\/(\d+)$/.exec(hour)?.[1];
    if (step) return `every ${step} hours at minute ${minute}`;
  }
  if (isNumber(minute) && isNumber(hour)) {
    const at = `at ${clock(hour, minute)}`;
    if (everyDay) return `every day ${at}`;
    if (day === '*' && month === '*') {
      if (weekday === '1-5') return `Monday to Friday ${at}`;
      const name = isNumber(weekday) ? weekdays[Number(weekday) % 7] : undefined;
      if (name) return `every ${name} ${at}`;
    }
    if (isNumber(day) && month === '*' && weekday === '*')
      return `on day ${day} of each month ${at}`;
  }
  return `as “${expression.trim()}” says`;
}
