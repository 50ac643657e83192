/**
 * How long to wait before asking anew, ms: twice as long after each failure, up to a bound, and not quite the same for all
 * who ask, so that a console that comes back is not asked by everybody at once.
 * @param failures before this one
 */
export function pauseAfter(failures: number, firstMs: number, mostMs: number): number {
  const ms = Math.min(firstMs * 2 ** Math.min(failures, 10), mostMs);
  return Math.round(ms * (0.75 + Math.random() / 2));
}
