/** Whatever is done to items and runs: the numbers of a run that goes on are those of its items. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '#lib/errors/app-error.ts';
import { newId } from '#lib/ids.ts';
import { changeItems } from '#lib/items/changes/change-items.ts';
import type { ItemChange } from '#lib/items/changes/registry.ts';
import { cancelRun, stopRun } from '#lib/runs/control-run.ts';
import { endSpentRuns, finishRuns } from '#lib/runs/finish-runs.ts';
import { launchRun, recrawlRun, retryFailed } from '#lib/runs/launch-run.ts';
import type { LaunchRequest } from '#lib/runs/model.ts';
import { prepareRuns } from '#lib/runs/prepare-runs.ts';
import { operator, useRuns } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aWorkItem } from '#test/factories.ts';
import { emptyDatabase, givenSource } from '#test/queue-database.ts';
import type { ClaimedItem } from '../model.ts';

const requests: readonly LaunchRequest[] = [
  { kind: 'seed', sources: [] },
  { kind: 'seed', sources: [], maxItems: 3 },
  { kind: 'recrawl', sources: [] },
  { kind: 'recrawl', sources: [], due: true, maxRequests: 2 },
  { kind: 'retry', sources: [] },
];
const amounts = { sqlite: { histories: 25, turns: 30 }, sqlserver: { histories: 1, turns: 15 } };

const nth = fc.nat(20);
const operation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('launch'), nth }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('work'), nth }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fail'), nth }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('retry later'), nth }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release'), nth }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('change items'), nth }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset'), nth }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('follow up'), nth }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end'), nth }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('tend'), nth }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

describe.each(contractEngines())('the numbers of runs on $name', (engine) => {
  const { given, claim, complete, giveUp } = useRuns(engine);
  let held: ClaimedItem[] = [];

  const ids = async (table: 'work_items' | 'ingest_runs') =>
    table === 'work_items'
      ? (
          await given.db.q
            .selectFrom('work_items')
            .select('work_item_id')
            .orderBy('work_item_id')
            .execute()
        ).map((row) => row.work_item_id)
      : (
          await given.db.q.selectFrom('current_runs').select('run_id').orderBy('run_id').execute()
        ).map((row) => row.run_id);
  const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % (list.length || 1)];

  /** Claims where nothing is held, so that some items are in hand while runs end. */
  const takeOne = async (at: number): Promise<ClaimedItem | undefined> => {
    if (held.length < 3) held.push(...(await claim(2)));
    return held.splice(at % (held.length || 1), 1)[0];
  };

  async function perform({ do: what, nth: at }: Operation): Promise<unknown> {
    const { db, store } = given;
    // Without any run: one that nothing has.
    const runId = pick(await ids('ingest_runs'), at) ?? newId();
    switch (what) {
      case 'launch':
        return launchRun(db, operator, pick(requests, at) ?? { kind: 'seed' });
      case 'tend':
        if (at % 3 === 0) await endSpentRuns(db);
        if (at % 2 === 0) await prepareRuns(db);
        return finishRuns(db);
      case 'end':
        if (at % 3 === 0) return stopRun(db, operator, runId);
        if (at % 3 === 1) return cancelRun(db, operator, runId);
        return db.q
          .updateTable('ingest_runs')
          .set({ deadline_at: db.engine.nowPlus(-1) })
          .where('run_id', '=', runId)
          .execute();
      case 'follow up':
        return (at % 2 === 0 ? retryFailed : recrawlRun)(db, operator, runId);
      case 'reset':
        return store.resetForRecrawl(
          { statuses: ['completed', 'failed'] },
          at % 2 ? { runId } : {},
        );
      case 'change items': {
        const all = await ids('work_items');
        const some = all.filter((_, index) => (index + at) % 3 === 0);
        const changes: readonly ItemChange[] = [
          { action: 'recrawl' },
          { action: 'retry' },
          { action: 'skip' },
          { action: 'move_to_run', runId },
        ];
        return changeItems(db, operator, pick(changes, at) ?? { action: 'skip' }, some);
      }
    }
    const item = await takeOne(at);
    if (!item) return undefined;
    const fence = { workItemId: item.workItemId, leaseId: item.leaseId };
    switch (what) {
      case 'work':
        return complete(item, at % 2 === 0 ? [aWorkItem({ depth: 1 })] : []);
      case 'fail':
        return giveUp(item);
      case 'release':
        return store.release([fence]);
      default:
        return store.fail({
          fence,
          attempt: anAttempt(),
          errorCode: 'http_server_error',
          errorMessage: '500',
          decision: { kind: 'retry', delayMs: 0 },
        });
    }
  }

  /** One line for each run whose numbers are not those of its items. */
  async function disagreements(): Promise<string[]> {
    const items = await given.db.q.selectFrom('work_items').select(['run_id', 'status']).execute();
    const runs = await given.db.q.selectFrom('current_runs').selectAll().execute();
    return runs.flatMap((run) => {
      const of = (status: string) =>
        items.filter((item) => item.run_id === run.run_id && item.status === status).length;
      const open = of('pending') + of('in_progress');
      const left = run.items_total - run.items_processed;
      if (run.status !== 'running') {
        // History; but what is in hand still belongs to it, and nothing else waits in it.
        const waits = run.phase === 'ready' ? of('pending') : 0;
        return waits > 0 || left !== open ? [`${run.kind} ended: ${waits} wait, ${left} left`] : [];
      }
      const seen = [left, run.items_succeeded, run.items_failed, run.items_skipped];
      const true_ = [open, of('completed'), of('failed'), of('skipped')];
      return String(seen) === String(true_) ? [] : [`${run.kind}: ${seen} instead of ${true_}`];
    });
  }

  test('agree with its items after whatever was done', async () => {
    const { histories, turns } = amounts[engine.name];
    const history = fc.array(operation, { minLength: turns, maxLength: turns });
    await fc.assert(
      fc.asyncProperty(history, async (drawn) => {
        held = [];
        await emptyDatabase(given.db);
        await givenSource(given.db, { name: 'sample', seeds: [{}] });
        for (const [at, one] of drawn.entries()) {
          try {
            await perform(one);
          } catch (error) {
            // A refusal is an answer; it must leave the numbers as they were.
            if (!(error instanceof AppError)) throw error;
          }
          expect(await disagreements(), `after ${at + 1} of ${JSON.stringify(drawn)}`).toEqual([]);
        }
      }),
      { numRuns: histories },
    );
  }, 120_000);
});
