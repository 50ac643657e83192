import { expect, test } from 'vitest';
import { type RefetchPlan, refetchColumns, refetchPlanOf } from './refetch-plan.ts';
import { refetchWords } from './refetch-words.ts';

const plans: readonly [RefetchPlan, string][] = [
  [{ kind: 'adaptive' }, 'by how often it changes'],
  [{ kind: 'always' }, 'in every recrawl of what is due'],
  [{ kind: 'every', everyS: 86_400 }, 'every day'],
  [{ kind: 'every', everyS: 5_400 }, 'every 90 minutes'],
  [{ kind: 'every', everyS: 61 }, 'every 61 seconds'],
  [{ kind: 'never' }, 'only when a person asks for it'],
  [{ kind: 'retired' }, 'no more: it is retired'],
];

test.each(plans)('%j comes back from its columns and is said as %s', (plan, words) => {
  expect(refetchPlanOf(refetchColumns(plan))).toEqual(plan);
  expect(refetchWords(plan)).toBe(words);
});

test('columns that say nothing sensible leave the item to how it behaves', () => {
  for (const refetch of ['every', 'sometimes']) {
    expect(refetchPlanOf({ refetch, refetch_every_s: null })).toEqual({ kind: 'adaptive' });
  }
});
