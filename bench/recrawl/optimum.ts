/**
 * The best mean freshness any plan can reach that asks each page at even intervals, with `budgetPerMs`
 * requests in all, when page i changes at random with rate λᵢ.
 *
 * Page freshness at frequency f is F(f) = (f/λ)(1 − e^(−λ/f)). At the optimum of Σ F(fᵢ) under
 * Σ fᵢ = budget there is one multiplier μ with F′(fᵢ) = μ for every page that is asked at all, and
 * pages with 1/λ ≤ μ are not asked (Cho and Garcia-Molina, "Synchronizing a database to improve
 * freshness", 2000). With x = λ/f, F′ = (1 − (1 + x) e^(−x)) / λ, so both μ and x are found by bisection.
 */
export function optimalFreshness(ratesPerMs: readonly number[], budgetPerMs: number): number {
  const spent = (multiplier: number) =>
    ratesPerMs.reduce((sum, rate) => sum + frequencyAt(rate, multiplier), 0);
  // Geometric bisection: multipliers span many orders of magnitude.
  let low = 1e-12 / Math.max(...ratesPerMs);
  let high = 1 / Math.min(...ratesPerMs);
  for (let step = 0; step < 100; step += 1) {
    const middle = Math.sqrt(low * high);
    if (spent(middle) > budgetPerMs) low = middle;
    else high = middle;
  }
  const total = ratesPerMs.reduce(
    (sum, rate) => sum + freshnessAt(rate, frequencyAt(rate, high)),
    0,
  );
  return total / ratesPerMs.length;
}

/** Mean freshness of a page with this rate that is asked `frequency` times a millisecond. */
export function freshnessAt(ratePerMs: number, frequencyPerMs: number): number {
  if (frequencyPerMs <= 0) return 0;
  const x = ratePerMs / frequencyPerMs;
  return -Math.expm1(-x) / x;
}

/** The frequency at which F′ equals the multiplier; 0 when even the first request is worth less. */
function frequencyAt(ratePerMs: number, multiplier: number): number {
  const worth = multiplier * ratePerMs;
  if (worth >= 1) return 0;
  let low = 0;
  let high = 750; // e^−750 is 0: the slope has reached its limit there
  for (let step = 0; step < 60; step += 1) {
    const x = (low + high) / 2;
    if (1 - (1 + x) * Math.exp(-x) < worth) low = x;
    else high = x;
  }
  return ratePerMs / ((low + high) / 2);
}
