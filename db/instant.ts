/** Times as text: one form, so that text compares as time. */
import type { Instant } from './schema.ts';

/**
 * When that which waits without an end is due. Not the last moment a database knows, because adding
 * even nothing to that one overflows on some servers.
 */
export const endOfTime: Instant = '9999-01-01T00:00:00.000Z';

/**
 * `2026-01-31T09:15:00`, with up to seven decimals and an optional `Z`, as `…:00.123Z` or with more
 * decimals where the text has them. Throws RangeError for anything else.
 */
export function normaliseInstant(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,7}))?Z?$/.exec(text);
  if (!match) throw new RangeError(`Not a UTC time: ${JSON.stringify(text)}`);
  const [, day, time, decimals = ''] = match;
  return `${day}T${time}.${decimals.padEnd(3, '0')}Z`;
}
