/** Cron expressions of five fields: checked, put into words, and their next times. */
import { Cron } from 'croner';
import type { Instant } from '#db/schema.ts';
import { isTimeZone } from '#lib/filters/zones.ts';
import { presetInWords, presetOf } from './cron-presets.ts';

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

/** The usual expressions in words; any other as it stands. */
export function cronInWords(expression: string): string {
  const preset = presetOf(expression);
  return preset ? presetInWords(preset) : `as “${expression.trim()}” says`;
}
