import { estimateChangeRate, rateOfClass, refreshClassOf } from '#lib/revisit/freshness.ts';
import { defaultRevisitPolicy, nextInterval } from '#lib/revisit/intervals.ts';
import { dueFirst } from '#test/due-first.ts';
import type { Random } from './random.ts';

/** What a crawler knows about a page (and, for comparison only, the truth). */
export interface KnownPage {
  readonly index: number;
  readonly trueRatePerMs: number;
  firstFetchedMs: number;
  lastFetchedMs: number;
  checks: number;
  changes: number;
  intervalMs: number;
}

export interface SimulatedPolicy {
  readonly name: string;
  /** The pages to ask now, at most `budget`. */
  choose(pages: readonly KnownPage[], nowMs: number, budget: number): readonly KnownPage[];
  /** Called after a page was asked and its numbers were brought up to date. */
  learn?(page: KnownPage, changed: boolean, random: Random): void;
}

const uniform: SimulatedPolicy = {
  name: 'uniform',
  choose: (pages, _nowMs, budget) =>
    [...pages].sort((a, b) => a.lastFetchedMs - b.lastFetchedMs).slice(0, budget),
};

/** Pages that are due, the longest overdue first; what is not due is not asked, budget or not. */
const adaptive: SimulatedPolicy = {
  name: 'adaptive interval',
  choose: (pages, nowMs, budget) =>
    pages
      .filter((page) => dueAt(page) <= nowMs)
      .sort((a, b) => dueAt(a) - dueAt(b))
      .slice(0, budget),
  learn: learnInterval,
};

/** What a recrawl of what is due does: of each class of rates the longest due, the most useful of them first. */
const dueByClasses: SimulatedPolicy = {
  name: 'due, by classes',
  choose: (pages, nowMs, budget) => {
    const due = pages.filter((page) => dueAt(page) <= nowMs).sort((a, b) => dueAt(a) - dueAt(b));
    const queues = [...Map.groupBy(due, classOf)].map(([refreshClass, queue]) => ({
      ratePerMs: rateOfClass(refreshClass),
      queue,
    }));
    const taken: KnownPage[] = [];
    while (taken.length < budget) {
      const heads = queues.flatMap(({ ratePerMs, queue }) =>
        queue[0] ? [{ queue, ageMs: nowMs - queue[0].lastFetchedMs, ratePerMs }] : [],
      );
      const page = dueFirst(heads, 1)[0]?.queue.shift();
      if (page === undefined) break;
      taken.push(page);
    }
    return taken;
  },
  learn: learnInterval,
};

function learnInterval(page: KnownPage, changed: boolean, random: Random): void {
  page.intervalMs = nextInterval({
    previousMs: page.intervalMs,
    outcome: changed ? 'changed' : 'unchanged',
    random: random.uniform(),
  });
}

const classOf = (page: KnownPage): number | null =>
  refreshClassOf({
    fetches: page.checks + 1,
    changes: page.changes,
    watchedMs: page.lastFetchedMs - page.firstFetchedMs,
  });

const byUtility = (name: string, rateOf: (page: KnownPage) => number): SimulatedPolicy => ({
  name,
  choose: (pages, nowMs, budget) =>
    dueFirst(
      pages.map((page) => ({
        page,
        ageMs: nowMs - page.lastFetchedMs,
        ratePerMs: rateOf(page),
      })),
      budget,
    ).map(({ page }) => page),
});

export const policies: readonly SimulatedPolicy[] = [
  uniform,
  adaptive,
  dueByClasses,
  byUtility('utility under budget', (page) =>
    estimateChangeRate({
      checks: page.checks,
      changes: page.changes,
      meanIntervalMs: (page.lastFetchedMs - page.firstFetchedMs) / Math.max(page.checks, 1),
    }),
  ),
  // How much of the distance to the optimum is the estimate's fault, and how much the order's.
  byUtility('utility, true rates', (page) => page.trueRatePerMs),
];

/** A page as it is known after the first crawl, which happened at time 0. */
export const firstSeen = (index: number, trueRatePerMs: number): KnownPage => ({
  index,
  trueRatePerMs,
  firstFetchedMs: 0,
  lastFetchedMs: 0,
  checks: 0,
  changes: 0,
  intervalMs: defaultRevisitPolicy.initialMs,
});

const dueAt = (page: KnownPage) => page.lastFetchedMs + page.intervalMs;
