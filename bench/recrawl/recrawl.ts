import type { Benchmark, BenchResult } from '../harness/benchmark.ts';
import { toResult } from '../harness/measure.ts';
import { optimalFreshness } from './optimum.ts';
import { policies } from './policies.ts';
import { dayMs, rateMixes } from './rate-mixes.ts';
import { generateHistory, simulate } from './simulate.ts';

const defaultPages = 500;
const horizonMs = 360 * dayMs;
const stepMs = dayMs / 4;
/** One request per page in so many days, to be spent as the policy likes. */
const budgetsDays = [10, 40];

/**
 * Replays generated change histories against the revisit policies and reports the mean freshness of
 * the second half of a year, against the optimum for the same pages and budget.
 */
export const recrawlBenchmark: Benchmark = {
  name: 'recrawl',
  description: 'freshness of the revisit policies under a budget, against the optimum',
  run: async ({ rows, runs, progress }) => {
    const pages = rows ?? defaultPages;
    const results: BenchResult[] = [];
    for (const mix of rateMixes) {
      progress(`recrawl: ${mix.name}`);
      const histories = Array.from({ length: runs }, (_, run) =>
        generateHistory((random) => mix.draw(random), pages, horizonMs, run + 1),
      );
      for (const budgetDays of budgetsDays) {
        const budgetPerMs = pages / (budgetDays * dayMs);
        const optimum = histories.map(({ ratesPerMs }) =>
          optimalFreshness(ratesPerMs, budgetPerMs),
        );
        for (const policy of policies) {
          const outcomes = histories.map((history, run) =>
            simulate(history, policy, {
              horizonMs,
              countFromMs: horizonMs / 2,
              stepMs,
              budgetPerStep: budgetPerMs * stepMs,
              seed: run + 1,
            }),
          );
          results.push(
            toResult({
              name: `${mix.name}, ${budgetDays} d: ${policy.name}`,
              unit: 'freshness',
              runs: outcomes.map(({ freshness }) => freshness),
              floor: { what: 'optimum', runs: optimum },
              details: {
                'budget used': outcomes.reduce((sum, o) => sum + o.budgetUsed, 0) / outcomes.length,
              },
            }),
          );
        }
      }
    }
    return results;
  },
};
