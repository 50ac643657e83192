import { describe, expect, test } from 'vitest';
import { newId } from '#lib/ids.ts';
import { readNow } from '#lib/now.ts';
import { operator, useRuns } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { compareRuns } from './compare-runs.ts';
import { finishRuns } from './finish-runs.ts';
import { launchRun } from './launch-run.ts';
import { prepareRuns } from './prepare-runs.ts';
import { attemptsPerMinute } from './run-progress.ts';

describe.each(contractEngines())('two runs on $name', (engine) => {
  const { given, launchSeed, claim, complete, giveUp, runOf } = useRuns(engine);

  const givenTwoRuns = async () => {
    const seed = await launchSeed();
    await prepareRuns(given.db);
    for (const [at, item] of (await claim(10)).entries()) {
      await (at === 0 ? giveUp(item) : complete(item));
    }
    await finishRuns(given.db);
    const recrawl = await launchRun(given.db, operator, { kind: 'recrawl', sources: ['sample'] });
    await prepareRuns(given.db);
    for (const item of await claim(10)) await complete(item);
    await finishRuns(given.db);
    return [seed.runId, recrawl.runId] as const;
  };
  const now = async () => Date.parse(await readNow(given.db));

  test('are shown side by side with their figures, sources and failures', async () => {
    const ids = await givenTwoRuns();
    const compared = await compareRuns(given.db, ids, await now());
    expect(compared?.runs.map(({ run }) => [run.kind, run.itemsTotal, run.itemsFailed])).toEqual([
      ['seed', 5, 1],
      ['recrawl', 4, 0],
    ]);
    expect(compared?.errors).toEqual([{ errorCode: 'http_not_found', counts: [1, 0] }]);
    expect(compared?.sources).toEqual([{ name: 'sample', revisions: [1, 1] }]);
    for (const { itemsPerMinute, tookMs } of compared?.runs ?? []) {
      expect(itemsPerMinute).toBeGreaterThan(0);
      expect(tookMs).toBeGreaterThanOrEqual(0);
    }
  });

  test('are no comparison when one of them is not there', async () => {
    const [first] = await givenTwoRuns();
    expect(await compareRuns(given.db, [first, newId()], await now())).toBeNull();
    expect(await compareRuns(given.db, ['x', first], await now())).toBeNull();
  });

  test('have each a pulse of their own attempts', async () => {
    const [first, second] = await givenTwoRuns();
    for (const [runId, attempts] of [
      [first, 5],
      [second, 4],
    ] as const) {
      const pulse = await attemptsPerMinute(given.db, await runOf(runId));
      expect(pulse).toHaveLength(60);
      expect(pulse?.reduce((sum, value) => sum + value, 0)).toBe(attempts);
    }
  });
});
