import { describe, expect, it } from 'vitest';
import { freshnessAt, optimalFreshness } from './optimum.ts';
import { policies } from './policies.ts';
import { dayMs, rateMixes } from './rate-mixes.ts';
import { generateHistory, type SimulationPlan, simulate } from './simulate.ts';

const pages = 200;
const plan: SimulationPlan = {
  horizonMs: 240 * dayMs,
  countFromMs: 120 * dayMs,
  stepMs: dayMs / 4,
  budgetPerStep: pages / 40,
  seed: 1,
};
const budgetPerMs = pages / (10 * dayMs);

describe('the optimum', () => {
  it('shares a budget evenly among pages that change alike', () => {
    const rates = Array.from({ length: 10 }, () => 1 / dayMs);
    const shared = freshnessAt(1 / dayMs, 1 / (5 * dayMs));
    expect(optimalFreshness(rates, 2 / dayMs)).toBeCloseTo(shared, 6);
  });

  it('is never below any fixed plan with the same budget', () => {
    const rates = [1 / dayMs, 1 / (10 * dayMs), 1 / (100 * dayMs)];
    const best = optimalFreshness(rates, 3 / (5 * dayMs));
    for (const shares of [
      [1, 1, 1],
      [2, 0.5, 0.5],
      [0.5, 2, 0.5],
      [0.1, 1.9, 1],
      [0, 2, 1],
    ]) {
      const fixed = rates.map((rate, i) => freshnessAt(rate, (shares[i] ?? 0) / (5 * dayMs)));
      expect(best).toBeGreaterThanOrEqual(fixed.reduce((sum, f) => sum + f, 0) / rates.length);
    }
  });

  it('gives up pages that no budget can keep fresh', () => {
    const hopeless = 1e3 / dayMs;
    const quiet = 1 / (10 * dayMs);
    const both = optimalFreshness([hopeless, quiet], 0.1 / dayMs);
    expect(both).toBeCloseTo(freshnessAt(quiet, 0.1 / dayMs) / 2, 3);
  });
});

describe('a simulation', () => {
  const mix = rateMixes[1];
  const history = generateHistory((random) => mix?.draw(random) ?? 0, pages, plan.horizonMs, 7);

  it('agrees with the formula where the formula knows the answer', () => {
    const even = generateHistory(() => 1 / (10 * dayMs), pages, plan.horizonMs, 3);
    const uniform = policies.find(({ name }) => name === 'uniform');
    if (!uniform) throw new Error('no uniform policy');
    const expected = freshnessAt(1 / (10 * dayMs), 1 / (10 * dayMs));
    expect(simulate(even, uniform, plan).freshness).toBeCloseTo(expected, 1);
  });

  it.each(policies)(
    'repeats itself, keeps the budget and stays below the optimum: $name',
    (policy) => {
      const first = simulate(history, policy, plan);
      expect(simulate(history, policy, plan)).toEqual(first);
      expect(first.budgetUsed).toBeLessThanOrEqual(1);
      const optimum = optimalFreshness(history.ratesPerMs, budgetPerMs);
      // A drawn history may be kinder than its rates by chance.
      expect(first.freshness).toBeLessThan(optimum + 0.03);
    },
  );

  it.each(['utility under budget', 'due, by classes'])(
    'shows that every mix reaches nine tenths of the optimum: %s',
    (name) => {
      const utility = policies.find((policy) => policy.name === name);
      if (!utility) throw new Error('no such policy');
      for (const each of rateMixes) {
        const drawn = generateHistory((random) => each.draw(random), pages, plan.horizonMs, 11);
        const optimum = optimalFreshness(drawn.ratesPerMs, budgetPerMs);
        expect(simulate(drawn, utility, plan).freshness / optimum, each.name).toBeGreaterThan(0.9);
      }
    },
  );
});
