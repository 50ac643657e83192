/**
 * What a refresh now is worth, in milliseconds of freshness gained per request spent:
 * 1/λ − (t + 1/λ) e^(−λt) for a copy of age t.
 *
 * It is the derivative of the mean freshness F(f) = (f/λ)(1 − e^(−λ/f)) at f = 1/t. At the best
 * allocation of a budget all pages that are asked at all have the same derivative (Cho and
 * Garcia-Molina, 2000), so asking the page with the highest value first walks towards it. It rises
 * with age towards 1/λ: a page that changes every minute is worth at most a minute, which is why
 * chasing the fastest changers wastes a budget.
 */
export function refreshUtility(ratePerMs: number, ageMs: number): number {
  if (ratePerMs <= 0 || ageMs <= 0) return 0;
  const x = ratePerMs * ageMs;
  // 1 − (1 + x) e^(−x) loses all digits for small x; its series there is x²/2 − x³/3 + x⁴/8.
  const gain = x < 1e-3 ? x * x * (1 / 2 - x * (1 / 3 - x / 8)) : 1 - (1 + x) * Math.exp(-x);
  return gain / ratePerMs;
}
