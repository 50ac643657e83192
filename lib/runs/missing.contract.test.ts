import { describe, expect, test } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { listEvents } from '#lib/events/list-events.ts';
import { getWorkItemDetail } from '#lib/items/detail.ts';
import { previewRun } from '#lib/previews/preview-run.ts';
import type { ClaimedItem } from '#lib/queue/model.ts';
import { operator, useRuns } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt } from '#test/factories.ts';
import { passTime } from '#test/queue-database.ts';
import { stopRun } from './control-run.ts';
import { finishRuns } from './finish-runs.ts';
import { launchRun } from './launch-run.ts';
import type { LaunchRequest } from './model.ts';
import { prepareRuns } from './prepare-runs.ts';

const dayMs = 86_400_000;

describe.each(contractEngines())(
  'a resource that was there and is missing now, on $name',
  (engine) => {
    const { given, runOf, claim, complete, givenCompleted } = useRuns(engine);

    const launch = async (over: Partial<LaunchRequest> = {}) => {
      const { runId } = await launchRun(given.db, operator, { kind: 'recrawl', ...over });
      await prepareRuns(given.db);
      return runId;
    };
    const claimOne = async (): Promise<ClaimedItem> => {
      const [item] = await claim(1);
      if (!item) throw new Error('nothing to claim');
      return item;
    };
    const findMissing = (item: ClaimedItem) =>
      given.store.fail({
        fence: { workItemId: item.workItemId, leaseId: item.leaseId },
        attempt: anAttempt({ httpStatus: 404 }),
        errorCode: 'http_not_found',
        errorMessage: 'The source answered 404: it has no such resource.',
        decision: { kind: 'missing' },
      });
    const only = () => given.db.q.selectFrom('work_items').selectAll().executeTakeFirstOrThrow();
    const daysUntilDue = async () => {
      const row = await only();
      return (Date.parse(row.next_fetch_at ?? '') - Date.parse(row.updated_at)) / dayMs;
    };
    /** One item that was fetched ten days ago and is found missing now. */
    const givenMissing = async (): Promise<string> => {
      await givenCompleted(1);
      await passTime(given.db, 10 * dayMs);
      const runId = await launch();
      await findMissing(await claimOne());
      await finishRuns(given.db);
      return runId;
    };

    test('is no failure of the run, which counts it; its records stay, and it says since when', async () => {
      const run = await runOf(await givenMissing());
      expect(run).toMatchObject({
        endReason: 'finished',
        itemsProcessed: 1,
        itemsFailed: 0,
        itemsSkipped: 1,
        itemsMissing: 1,
      });
      const row = await only();
      expect(row).toMatchObject({
        status: 'skipped',
        error_code: 'resource_missing',
        last_http_status: 404,
      });
      expect(row.error_message).toContain('404');
      expect(await given.count('IngestRecords')).toBe(1);
      const detail = await getWorkItemDetail(given.db, row.work_item_id);
      expect(detail?.missingSince).toBe(row.missing_since);
      expect(detail?.attempts[0]).toMatchObject({
        outcome: 'skipped',
        errorCode: 'http_not_found',
      });
      expect(detail?.waiting.reasons[0].sentence).toContain('no longer there');
    });

    test('is told once in the log of the run, not each time it is looked for again', async () => {
      const runId = await givenMissing();
      const told = async (of: string) =>
        (await listEvents(given.db, { runId: of, kinds: ['item.missing'] })).events;
      expect(await told(runId)).toMatchObject([{ message: expect.stringContaining('404') }]);
      await passTime(given.db, 2 * dayMs);
      const again = await launch({ due: true });
      await findMissing(await claimOne());
      expect(await told(again)).toEqual([]);
    });

    test('is left alone by recrawls over many and by retries', async () => {
      await givenMissing();
      await passTime(given.db, 60 * dayMs);
      for (const request of [{ kind: 'recrawl', staleDays: 1 }, { kind: 'retry' }] as const) {
        await expect(launchRun(given.db, operator, request)).rejects.toMatchObject({
          code: 'run_has_no_items',
        });
      }
    });

    test('is looked at again when that is due: after a day, then after as long as it has been missing', async () => {
      await givenMissing();
      const { missing_since: since } = await only();
      expect(Math.abs((await daysUntilDue()) - 1)).toBeLessThanOrEqual(0.11);
      await expect(launch({ due: true })).rejects.toMatchObject({ code: 'run_has_no_items' });
      await passTime(given.db, 20 * dayMs);
      const preview = await previewRun(given.db, systemActor('tests'), {
        kind: 'recrawl',
        due: true,
        sources: ['sample'],
      });
      expect(preview.items).toBe(1);
      const runId = await launch({ due: true });
      const again = await claimOne();
      expect(again.runId).toBe(runId);
      await findMissing(again);
      expect(Math.abs((await daysUntilDue()) - 20)).toBeLessThanOrEqual(2.1);
      const row = await only();
      expect(Date.parse(since ?? '') - Date.parse(row.missing_since ?? '')).toBe(20 * dayMs);
    });

    test('goes last among what is due', async () => {
      await givenMissing();
      await givenCompleted(1);
      await passTime(given.db, 20 * dayMs);
      const runId = await launch({ due: true, maxItems: 1 });
      const [taken] = await claim(5);
      expect(taken?.runId).toBe(runId);
      const missing = await given.db.q
        .selectFrom('work_items')
        .select(['status', 'work_item_id'])
        .where('error_code', '=', 'resource_missing')
        .execute();
      expect(missing).toEqual([
        { status: 'skipped', work_item_id: expect.not.stringContaining(taken?.workItemId ?? '-') },
      ]);
    });

    test('that is there again is an item like any other', async () => {
      await givenMissing();
      await passTime(given.db, 2 * dayMs);
      await launch({ due: true });
      await complete(await claimOne());
      const row = await only();
      expect(row).toMatchObject({ status: 'completed', error_code: null });
      expect((await getWorkItemDetail(given.db, row.work_item_id))?.missingSince).toBeNull();
      // And missing anew from a later moment.
      await passTime(given.db, 5 * dayMs);
      await launch();
      await findMissing(await claimOne());
      const later = await only();
      expect(later.missing_since).not.toBe(row.missing_since);
      expect(Math.abs((await daysUntilDue()) - 1)).toBeLessThanOrEqual(0.11);
    });

    test('that a stopped recrawl did not come to look at is missing as before', async () => {
      await givenMissing();
      await passTime(given.db, 2 * dayMs);
      const before = await only();
      const runId = await launch({ due: true });
      expect((await only()).status).toBe('pending');
      await stopRun(given.db, operator, runId);
      const { status, error_code: code, missing_since: since, next_fetch_at: due } = await only();
      expect({ status, code, since, due }).toEqual({
        status: 'skipped',
        code: 'resource_missing',
        since: before.missing_since,
        due: before.next_fetch_at,
      });
    });
  },
);
