/** A server may ask for anything; beyond a day an operator should look. */
const longestMs = 24 * 60 * 60 * 1000;

/**
 * The wait a server asked for, ms, from 0 to 24 h; null when it asked for none that can be read.
 * A date is compared with the server's own `Date`, so that a wrong clock here changes nothing
 * (RFC 9110, 10.2.3).
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>): number | null {
  const wish = headers['retry-after']?.trim();
  if (wish === undefined || wish === '') return null;
  const clamp = (ms: number) => Math.min(Math.max(0, Math.round(ms)), longestMs);
  if (/^-?\d+(\.\d+)?$/.test(wish)) return clamp(Number(wish) * 1000);
  const until = Date.parse(wish);
  if (Number.isNaN(until)) return null;
  const sent = Date.parse(headers['date'] ?? '');
  return clamp(until - (Number.isNaN(sent) ? Date.now() : sent));
}
