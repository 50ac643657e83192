/** Wall clocks of time zones: what they show at an instant, and the instant at which they show something. */

/** The present as a person has it. */
export interface LocalClock {
  /** ISO instant. */
  readonly now: string;
  /** IANA name, such as Europe/Berlin. */
  readonly zone: string;
}

/** Of programs, and of browsers that have not told theirs. */
export const utcClock = (): LocalClock => ({ now: new Date().toISOString(), zone: 'UTC' });

/** Whether this runtime knows the zone. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const parts = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

/** What the clocks of a zone show at an instant, as if it were UTC: ms. */
export function wallTime(ms: number, zone: string): number {
  const shown = new Map<string, number>();
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  for (const { type, value } of format.formatToParts(ms)) shown.set(type, Number(value));
  const [year = 0, month = 1, day, hour, minute, second] = parts.map((part) => shown.get(part));
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((ms % 1000) + 1000) % 1000);
}

const dayMs = 86_400_000;

/**
 * The first instant at which the clocks of a zone show a time (as of `wallTime`); where they leave it out, the one at
 * which they go on behind it.
 */
export function instantAt(wall: number, zone: string): number {
  const offsets = [wall - dayMs, wall + dayMs].map((ms) => wallTime(ms, zone) - ms);
  const candidates = offsets.map((offset) => wall - offset);
  const exact = candidates.filter((ms) => wallTime(ms, zone) === wall);
  return exact.length > 0 ? Math.min(...exact) : Math.max(...candidates);
}
