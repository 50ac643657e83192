/** The end of a run whose last items end at the same time, each in a transaction that does not see the other. */
import { describe, expect, test } from 'vitest';
import { finishRuns } from '#lib/runs/finish-runs.ts';
import { useRuns } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aWorkItem, noValidators } from '#test/factories.ts';
import { completeIn } from '../finish/complete.ts';
import type { ClaimedItem, CompletionInput, NewWorkItem } from '../model.ts';

describe.each(contractEngines())('the last items of a run on $name', (engine) => {
  const { given, launchSeed, runOf, claim, complete } = useRuns(engine);

  const completionOf = (
    { workItemId, leaseId }: ClaimedItem,
    discovered: readonly NewWorkItem[] = [],
  ): CompletionInput => ({
    fence: { workItemId, leaseId },
    attempt: anAttempt(),
    record: null,
    validators: noValidators,
    discovered,
  });

  /** Completes the first in a transaction that stays open while the second is completed. */
  const completeBoth = async (
    first: CompletionInput,
    second: CompletionInput,
    meanwhile: () => Promise<unknown>,
  ) => {
    const written = Promise.withResolvers<void>();
    const commit = Promise.withResolvers<void>();
    const one = given.db.transaction(async (tx) => {
      await completeIn(tx, [first]);
      written.resolve();
      await commit.promise;
    });
    await written.promise;
    const other = given.store.complete(second);
    await meanwhile();
    commit.resolve();
    await Promise.all([one, other]);
  };

  const givenTwoLeft = async () => {
    const { runId } = await launchSeed();
    const [first, second, ...others] = await claim(10);
    if (!first || !second) throw new Error('too few items');
    for (const item of others) await complete(item);
    return { runId, first, second };
  };

  test('end it once, whoever commits last', async () => {
    const { runId, first, second } = await givenTwoLeft();
    await completeBoth(completionOf(first), completionOf(second), async () => {
      expect(await finishRuns(given.db)).toBe(0);
    });
    const other = await given.another();
    const ends = await Promise.all([finishRuns(given.db), finishRuns(other.db)]);
    expect(ends.toSorted()).toEqual([0, 1]);
    expect(await runOf(runId)).toMatchObject({
      status: 'completed',
      phase: 'ready',
      itemsTotal: 5,
      itemsSucceeded: 5,
    });
  });

  test('do not end it while one of them has found another', async () => {
    const { runId, first, second } = await givenTwoLeft();
    const found = aWorkItem({ resourceId: 'found last', depth: 1 });
    await completeBoth(completionOf(first, [found]), completionOf(second), async () => {
      expect(await finishRuns(given.db)).toBe(0);
    });
    expect(await finishRuns(given.db)).toBe(0);
    for (const item of await claim(10)) await complete(item);
    expect(await finishRuns(given.db)).toBe(1);
    expect(await runOf(runId)).toMatchObject({ itemsTotal: 6, itemsSucceeded: 6 });
  });
});
