import { describe, expect, test } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { previewRun } from '#lib/previews/preview-run.ts';
import type { NewWorkItem } from '#lib/queue/model.ts';
import { pinnedClass, rateOfClass, refreshClassOf } from '#lib/revisit/freshness.ts';
import { operator, useRuns } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { dueFirst } from '#test/due-first.ts';
import { aWorkItem } from '#test/factories.ts';
import { givenSource, passTime } from '#test/queue-database.ts';
import { stopRun } from './control-run.ts';
import { finishRuns } from './finish-runs.ts';
import { launchRun } from './launch-run.ts';
import type { LaunchRequest } from './model.ts';
import { prepareRuns } from './prepare-runs.ts';

const dayMs = 86_400_000;

describe.each(contractEngines())('recrawling what is due on $name', (engine) => {
  const { given, launchSeed, runOf, claim, complete, givenCompleted } = useRuns(engine);

  interface Known {
    readonly resourceId: string;
    readonly refreshClass: number | null;
    readonly ageDays: number;
    /** Negative = not due yet. */
    readonly overdueDays: number;
  }
  /** Completed items with a history, without the years it would take. */
  const givenKnown = async (known: readonly Known[], over: Partial<NewWorkItem> = {}) => {
    await given.store.enqueueMany(
      known.map(({ resourceId }) => aWorkItem({ ...over, resourceId })),
    );
    const { engine } = given.db;
    for (const item of known) {
      await given.db.q
        .updateTable('work_items')
        .set({
          status: 'completed',
          refresh_class: item.refreshClass,
          last_fetched_at: engine.nowPlus(-item.ageDays * dayMs),
          next_fetch_at: engine.nowPlus(-item.overdueDays * dayMs),
        })
        .where('resource_id', '=', item.resourceId)
        .execute();
    }
  };
  const launchDue = async (over: Partial<LaunchRequest> = {}) => {
    const { runId } = await launchRun(given.db, operator, { kind: 'recrawl', due: true, ...over });
    await prepareRuns(given.db);
    return runId;
  };
  const takenBy = async (runId: string) =>
    (
      await given.db.q
        .selectFrom('work_items')
        .select('resource_id')
        .where('run_id', '=', runId)
        .orderBy('resource_id')
        .execute()
    ).map((row) => row.resource_id);

  test('takes what is due and nothing else, each item once', async () => {
    await givenKnown([
      { resourceId: 'due', refreshClass: -5, ageDays: 20, overdueDays: 1 },
      { resourceId: 'unknown class', refreshClass: null, ageDays: 2, overdueDays: 1 },
      { resourceId: 'later', refreshClass: -5, ageDays: 20, overdueDays: -1 },
    ]);
    await givenKnown([{ resourceId: 'of another', refreshClass: 0, ageDays: 9, overdueDays: 8 }], {
      sourceName: 'another',
    });
    const runId = await launchDue();
    expect(await takenBy(runId)).toEqual(['due', 'unknown class']);
    expect(await runOf(runId)).toMatchObject({ phase: 'ready', itemsTotal: 2 });
    for (const item of await claim(10)) await complete(item);
    await finishRuns(given.db);
    expect((await runOf(runId)).endReason).toBe('finished');
    await expect(launchDue()).rejects.toMatchObject({
      code: 'run_has_no_items',
      message: 'There is nothing to recrawl: nothing is due.',
    });
  });

  test('with a budget takes the most useful: the order of the utility, not of the wait', async () => {
    const known = Array.from({ length: 60 }, (_, at) => {
      const refreshClass = [-8, -5, -2, 1, 6][at % 5] ?? null;
      const ageDays = 1 + ((at * 7) % 40);
      return { resourceId: `page ${at}`, refreshClass, ageDays, overdueDays: ageDays - 0.5 };
    });
    await givenKnown(known);
    const best = dueFirst(
      known.map(({ resourceId, refreshClass, ageDays }) => ({
        resourceId,
        ageMs: ageDays * dayMs,
        ratePerMs: rateOfClass(refreshClass),
      })),
      25,
    );
    const runId = await launchDue({ maxItems: 25 });
    expect(await takenBy(runId)).toEqual(best.map(({ resourceId }) => resourceId).sort());
    const longest = known.toSorted((a, b) => b.overdueDays - a.overdueDays).slice(0, 25);
    expect(await takenBy(runId)).not.toEqual(longest.map(({ resourceId }) => resourceId).sort());
    for (const item of await claim(50)) await complete(item);
    await finishRuns(given.db);
    expect((await runOf(runId)).endReason).toBe('budget');
  });

  test('what a person has pinned goes first, and what was never fetched before everything', async () => {
    await givenKnown([
      { resourceId: 'old', refreshClass: -5, ageDays: 30, overdueDays: 29 },
      { resourceId: 'pinned', refreshClass: pinnedClass, ageDays: 0.1, overdueDays: 0.05 },
    ]);
    await given.store.enqueue(aWorkItem({ resourceId: 'new' }));
    expect(await takenBy(await launchDue({ maxItems: 2 }))).toEqual(['new', 'pinned']);
  });

  test('a budget of requests counts what is fetched together as one', async () => {
    await givenSource(given.db, { name: 'wiki', type: 'mediawiki' });
    const pages = Array.from({ length: 120 }, (_, at) => ({
      resourceId: `Page ${at}`,
      refreshClass: -5,
      ageDays: 10,
      overdueDays: 1 + at / 1000,
    }));
    await givenKnown(pages, { sourceSystem: 'mediawiki', sourceName: 'wiki' });
    const request: LaunchRequest = {
      kind: 'recrawl',
      due: true,
      sources: ['wiki'],
      maxRequests: 2,
    };
    expect(await previewRun(given.db, systemActor('tests'), request)).toMatchObject({
      items: 120,
      requests: 2,
      sources: [{ name: 'wiki', items: 120, requests: 3, isAtLeast: false }],
    });
    const runId = await launchDue(request);
    expect(await runOf(runId)).toMatchObject({ itemsTotal: 100, phase: 'ready' });
    expect(await takenBy(runId)).not.toContain('Page 0');
  });

  test('two workers put it together, within the budget', async () => {
    await givenKnown(
      Array.from({ length: 40 }, (_, at) => ({
        resourceId: `page ${at}`,
        refreshClass: at % 7,
        ageDays: 3,
        overdueDays: 1,
      })),
    );
    await given.store.enqueueMany(Array.from({ length: 1_300 }, () => aWorkItem()));
    await given.db.q
      .updateTable('work_items')
      .set({
        status: 'completed',
        last_fetched_at: given.db.engine.nowPlus(-9 * dayMs),
        next_fetch_at: given.db.engine.nowPlus(-dayMs),
      })
      .where('status', '=', 'pending')
      .execute();
    const { runId } = await launchRun(given.db, operator, {
      kind: 'recrawl',
      due: true,
      maxItems: 1_234,
    });
    const other = await given.another();
    const joined = await Promise.all([prepareRuns(given.db), prepareRuns(other.db)]);
    expect(joined.reduce((a, b) => a + b)).toBe(1_234);
    expect(await runOf(runId)).toMatchObject({ phase: 'ready', itemsTotal: 1_234 });
    expect(await takenBy(runId)).toHaveLength(1_234);
  });

  test('a page is known by how it has changed once it was fetched twice', async () => {
    await givenCompleted(1);
    const known = () =>
      given.db.q.selectFrom('work_items').select('refresh_class').executeTakeFirstOrThrow();
    expect(await known()).toEqual({ refresh_class: null });
    for (const fetches of [2, 3, 4, 5]) {
      await passTime(given.db, 40 * dayMs);
      await launchDue();
      for (const item of await claim(1)) await complete(item);
      await finishRuns(given.db);
      const watchedMs = 40 * dayMs * (fetches - 1);
      expect(await known()).toEqual({
        refresh_class: refreshClassOf({ fetches, changes: 0, watchedMs }),
      });
    }
  });

  test('the preview counts what is due and new, as the launch takes it', async () => {
    await givenCompleted(3);
    const { runId } = await launchSeed();
    await stopRun(given.db, operator, runId);
    const request: LaunchRequest = { kind: 'recrawl', due: true, sources: [] };
    expect(await previewRun(given.db, systemActor('tests'), request)).toMatchObject({
      items: 5,
      requests: 5,
    });
    await passTime(given.db, 40 * dayMs);
    const preview = await previewRun(given.db, systemActor('tests'), request);
    expect(preview).toMatchObject({ items: 8, requests: 8, isAtLeast: false });
    expect((await runOf(await launchDue())).itemsTotal).toBe(preview.items);
  });

  test('what is due is not narrowed otherwise', async () => {
    const wrong: readonly (readonly [string, Partial<LaunchRequest>])[] = [
      ['due', { kind: 'seed' }],
      ['staleDays', { staleDays: 3 }],
      ['workItemIds', { workItemIds: [] }],
    ];
    for (const [field, over] of wrong) {
      const launched = launchRun(given.db, operator, { kind: 'recrawl', due: true, ...over });
      await expect(launched).rejects.toMatchObject({
        code: 'input_invalid',
        fields: { [field]: expect.any(String) },
      });
    }
  });

  test('reads as much as it takes, however much is due', async () => {
    await given.store.enqueueMany(Array.from({ length: 3_000 }, () => aWorkItem()));
    await given.db.q
      .updateTable('work_items')
      .set({
        status: 'completed',
        last_fetched_at: given.db.engine.nowPlus(-9 * dayMs),
        next_fetch_at: given.db.engine.nowPlus(-dayMs),
      })
      .execute();
    await launchRun(given.db, operator, { kind: 'recrawl', due: true, maxItems: 150 });
    let rows = 0;
    const q = given.db.q.withPlugin({
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        rows += result.rows.length;
        return result;
      },
    });
    expect(await prepareRuns({ ...given.db, q })).toBe(150);
    expect(rows).toBeLessThan(1_000);
  });
});
