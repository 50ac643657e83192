/**
 * When a resource that is gone is looked at again: after as long as it has been gone, so half as often
 * each time; what is restored soon is found soon. Never more rarely than every 90 days.
 */

const dayMs = 24 * 3_600_000;
const leastMs = dayMs;
const mostMs = 90 * dayMs;

/**
 * @param missingForMs since it was first found gone; 0 when that is now
 * @param random uniform in [0, 1); spreads by ± 10 % what went together
 */
export function missingInterval(missingForMs: number, random: number): number {
  const base = Math.min(Math.max(missingForMs, leastMs), mostMs);
  return Math.round(base * (0.9 + 0.2 * random));
}
