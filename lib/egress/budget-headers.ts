/** What an API says in its headers of the budget it gives us. */
import type { Budget } from './budget.ts';

/** A reset beyond this is no number of seconds but a moment since 1970. */
const longestResetS = 100_000_000;

/**
 * `X-RateLimit-Limit/-Remaining/-Reset` as most APIs send them, and those that OpenAlex sends in dollars.
 * Null when nothing is said of what remains.
 */
export function budgetOf(headers: Readonly<Record<string, string>>): Budget | null {
  const numberIn = (name: string): number | null => {
    const text = headers[name]?.trim();
    const value = text === undefined || text === '' ? Number.NaN : Number(text);
    return Number.isFinite(value) ? value : null;
  };
  const inDollars = numberIn('x-ratelimit-remaining-usd');
  const remaining = inDollars ?? numberIn('x-ratelimit-remaining');
  if (remaining === null) return null;
  const reset = numberIn('x-ratelimit-reset');
  return {
    limit: numberIn(inDollars === null ? 'x-ratelimit-limit' : 'x-ratelimit-limit-usd'),
    remaining,
    unit: inDollars === null ? 'requests' : 'usd',
    resets_in_s: reset === null ? null : Math.max(0, secondsUntil(reset, headers['date'])),
  };
}

function secondsUntil(reset: number, date: string | undefined): number {
  if (reset < longestResetS) return reset;
  const sent = Date.parse(date ?? '');
  return Math.round(reset - (Number.isNaN(sent) ? Date.now() : sent) / 1000);
}
