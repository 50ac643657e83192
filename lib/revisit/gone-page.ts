import { defaultRevisitPolicy, type RevisitPolicy } from './policy.ts';

export type GoneDecision =
  | { readonly kind: 'recheck'; readonly afterMs: number }
  | { readonly kind: 'retire' };

/**
 * What to do with a page that was fetched before and is missing now (404, 410, a missing page).
 * Pages do come back, after an outage or an undeletion, so it is asked again after a day, two, four
 * and so on, at most the policy's greatest interval apart, and retired after `goneLimit` times.
 *
 * @param timesGone how often in a row it was gone, this time included (1 = the first time).
 */
export function recheckGonePage(
  timesGone: number,
  policy: RevisitPolicy = defaultRevisitPolicy,
): GoneDecision {
  if (timesGone >= policy.goneLimit) return { kind: 'retire' };
  const afterMs = policy.goneFirstMs * 2 ** (Math.max(timesGone, 1) - 1);
  return { kind: 'recheck', afterMs: Math.min(afterMs, policy.maxMs) };
}
