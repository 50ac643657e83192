import { firstSeen, type KnownPage, type SimulatedPolicy } from './policies.ts';
import { createRandom, type Random } from './random.ts';

/** A site's pages: the rate of each, and every moment at which it changed, ascending, ms. */
export interface ChangeHistory {
  readonly ratesPerMs: readonly number[];
  readonly changesMs: readonly (readonly number[])[];
}

/** Poisson change histories for pages whose rates are drawn one by one. */
export function generateHistory(
  drawRate: (random: Random) => number,
  pages: number,
  horizonMs: number,
  seed: number,
): ChangeHistory {
  const random = createRandom(seed);
  const ratesPerMs = Array.from({ length: pages }, () => drawRate(random));
  const changesMs = ratesPerMs.map((rate) => {
    const moments: number[] = [];
    for (let at = random.exponential(rate); at < horizonMs; at += random.exponential(rate)) {
      moments.push(at);
    }
    return moments;
  });
  return { ratesPerMs, changesMs };
}

export interface SimulationPlan {
  readonly horizonMs: number;
  /** Freshness counts from here on, when a policy has had time to learn. */
  readonly countFromMs: number;
  readonly stepMs: number;
  /** Requests per step; a fraction is saved up. */
  readonly budgetPerStep: number;
  readonly seed: number;
}

export interface SimulationOutcome {
  /** Mean share of pages whose copy was up to date. */
  readonly freshness: number;
  /** Requests made as a share of those allowed. */
  readonly budgetUsed: number;
}

/** Replays a history against a policy. Freshness is integrated exactly, not sampled. */
export function simulate(
  history: ChangeHistory,
  policy: SimulatedPolicy,
  plan: SimulationPlan,
): SimulationOutcome {
  const random = createRandom(plan.seed);
  const copies = history.ratesPerMs.map((rate, index) => ({
    page: firstSeen(index, rate),
    changes: history.changesMs[index] ?? [],
    /** The first change after the last fetch, as an index into `changes`. */
    nextChange: 0,
  }));
  const pages = copies.map((copy) => copy.page);
  let freshMs = 0;
  let requests = 0;
  let allowance = 0;
  let allowed = 0;

  const fetchPage = (copy: (typeof copies)[number], nowMs: number) => {
    const { page, changes } = copy;
    freshMs += freshSpan(copy, nowMs, plan.countFromMs);
    const changed = (changes[copy.nextChange] ?? Number.POSITIVE_INFINITY) < nowMs;
    while ((changes[copy.nextChange] ?? Number.POSITIVE_INFINITY) < nowMs) copy.nextChange += 1;
    page.checks += 1;
    page.changes += changed ? 1 : 0;
    page.lastFetchedMs = nowMs;
    policy.learn?.(page, changed, random);
  };

  for (let nowMs = plan.stepMs; nowMs < plan.horizonMs; nowMs += plan.stepMs) {
    allowance += plan.budgetPerStep;
    const budget = Math.floor(allowance);
    allowance -= budget;
    allowed += budget;
    for (const page of policy.choose(pages, nowMs, budget)) {
      const copy = copies[page.index];
      if (copy) fetchPage(copy, nowMs);
      requests += 1;
    }
  }
  for (const copy of copies) freshMs += freshSpan(copy, plan.horizonMs, plan.countFromMs);
  return {
    freshness: freshMs / (copies.length * (plan.horizonMs - plan.countFromMs)),
    budgetUsed: requests / allowed,
  };
}

/** How long the copy was up to date between its last fetch and `untilMs`, in the counted time. */
function freshSpan(
  copy: {
    readonly page: KnownPage;
    readonly changes: readonly number[];
    readonly nextChange: number;
  },
  untilMs: number,
  countFromMs: number,
): number {
  const staleFrom = Math.min(copy.changes[copy.nextChange] ?? Number.POSITIVE_INFINITY, untilMs);
  return Math.max(0, staleFrom - Math.max(copy.page.lastFetchedMs, countFromMs));
}
