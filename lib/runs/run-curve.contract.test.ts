import { describe, expect, test } from 'vitest';
import { recordEvents } from '#lib/events/record-events.ts';
import { readNow } from '#lib/now.ts';
import { useRuns } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aRecord, noValidators } from '#test/factories.ts';
import { readRunCurve, readRunMedia } from './run-curve.ts';

describe.each(contractEngines())('how a run came to where it is on $name', (engine) => {
  const { given, launchSeed, runOf, claim } = useRuns(engine);

  test('the curve goes from its beginning over its summaries to what it is now', async () => {
    const { runId } = await launchSeed();
    const { db } = given;
    const summaries = [
      { total: 5, processed: 1 },
      { total: 12, processed: 4, skipped: 3 },
    ];
    for (const data of [...summaries, { total: 'none' }]) {
      await db.transaction((tx) =>
        recordEvents(tx, [
          { kind: 'run.progress', runId, message: 'Some of them are done.', data },
          { kind: 'item.failed', runId, message: 'One of them is not.' },
        ]),
      );
    }
    const run = await runOf(runId);
    const now = await readNow(db);
    const curve = await readRunCurve(db, run, now);
    expect(curve).toMatchObject([
      { at: run.startedAt, found: 0, done: 0, skipped: 0 },
      { found: 5, done: 1, skipped: 0 },
      { found: 12, done: 1, skipped: 3 },
      { at: now, found: run.itemsTotal, done: run.itemsProcessed },
    ]);
    const ended = { ...run, completedAt: run.startedAt };
    expect((await readRunCurve(db, ended, now)).at(-1)?.at).toBe(run.startedAt);
  });

  test('what it has stored is counted by media type, whatever its parameters and letters', async () => {
    const { runId } = await launchSeed();
    expect(await readRunMedia(given.db, runId)).toEqual({ types: [], isPart: false });
    const types = ['text/html; charset=utf-8', 'Text/HTML', 'application/json', ''];
    const items = await claim(types.length);
    expect(items).toHaveLength(types.length);
    for (const [at, item] of items.entries()) {
      await given.store.complete({
        fence: { workItemId: item.workItemId, leaseId: item.leaseId },
        attempt: anAttempt(),
        record: aRecord({
          contentType: types[at] ?? '',
          body: { sha256: 'c'.repeat(64), bytes: 100 + at, apart: null },
        }),
        validators: noValidators,
        discovered: [],
      });
    }
    const media = await readRunMedia(given.db, runId);
    expect(media?.isPart).toBe(false);
    expect(media?.types[0]).toEqual({ type: 'text/html', records: 2, bytes: 201 });
    expect(new Set(media?.types.slice(1))).toEqual(
      new Set([
        { type: 'application/json', records: 1, bytes: 102 },
        { type: null, records: 1, bytes: 103 },
      ]),
    );
  });
});
