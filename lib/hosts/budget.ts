/** What an API says it still lets us spend; kept on the host for operators to see. */
import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import { type JsonObject, jsonFromText } from '#lib/json.ts';

const budgetShape = z.object({
  /** Of one period, in `unit`. */
  limit: z.number().nullable(),
  remaining: z.number(),
  /** `usd` or `requests`. */
  unit: z.string().max(20),
  /** From the answer to the beginning of the next period, s; null when it was not said. */
  resets_in_s: z.number().nullable(),
});
export type Budget = z.infer<typeof budgetShape>;

/** From an attempt's facts; null when the answer said nothing of a budget. */
export function budgetIn(facts: JsonObject | null): Budget | null {
  const budget = facts?.['budget'];
  // Few sources have one, and a failed parse is expensive.
  if (budget === undefined) return null;
  const parsed = budgetShape.safeParse(budget);
  return parsed.success ? parsed.data : null;
}

/** A period that is longer is a mistake of its server's, or one an operator should look at. */
const longestPeriodMs = 24 * 60 * 60 * 1000;

/**
 * Until a host whose limit of requests is used up may be asked again, ms; null while something is left, and when it does
 * not say when that ends. What is spent in money stops only what costs, and a limit of nothing is no limit.
 */
export function spentForMs(budget: Budget | null): number | null {
  if (budget === null || budget.unit !== 'requests') return null;
  const { remaining, limit, resets_in_s: seconds } = budget;
  if (remaining > 0 || (limit !== null && limit <= 0) || seconds === null || seconds <= 0)
    return null;
  return Math.min(longestPeriodMs, Math.ceil(seconds * 1000));
}

/** As it was stored; null for what cannot be read. */
export const parseBudget = (text: string | null): Budget | null =>
  budgetIn({ budget: jsonFromText(text) });

export interface BudgetLeft {
  readonly remaining: number;
  /** Until the budget is renewed, ms; null when the host does not say. */
  readonly resetsInMs: number | null;
}

/** What the host last said is left; null when it said nothing, or has renewed it since. */
export async function budgetLeft(s: Session, host: string): Promise<BudgetLeft | null> {
  const { engine } = s;
  const row = await s.q
    .selectFrom('current_hosts')
    .select((eb) => ['budget', engine.diffMs(eb.ref('last_request_at'), engine.now()).as('age_ms')])
    .where('host', '=', host)
    .executeTakeFirst();
  const budget = parseBudget(row?.budget ?? null);
  if (!budget) return null;
  if (budget.resets_in_s === null) return { remaining: budget.remaining, resetsInMs: null };
  const resetsInMs = Math.round(budget.resets_in_s * 1000) - (row?.age_ms ?? 0);
  return resetsInMs <= 0 ? null : { remaining: budget.remaining, resetsInMs };
}
