/**
 * The probability that a copy of age `ageMs` is out of date, when the page changes at random with
 * `ratePerMs`: 1 − e^(−λt), the Poisson model of Cho and Garcia-Molina ("Synchronizing a database
 * to improve freshness", 2000).
 */
export function probabilityStale(ratePerMs: number, ageMs: number): number {
  // expm1 keeps its digits where λt is tiny, which is most pages most of the time.
  return -Math.expm1(-Math.max(ratePerMs, 0) * Math.max(ageMs, 0));
}
