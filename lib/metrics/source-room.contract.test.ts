import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { type AttemptOutcome, sourceDayNumbers } from '#db/schema.ts';
import { readNow } from '#lib/now.ts';
import { readReport } from '#lib/report/read-report.ts';
import { commentOnSource } from '#lib/sources/comments.ts';
import { pauseSource } from '#lib/sources/lifecycle.ts';
import { listSources } from '#lib/sources/read-sources.ts';
import { operator, useRuns } from '#test/campaign.ts';
import { attemptRow } from '#test/db/attempt-row.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { givenBlockedHost } from '#test/queue-database.ts';
import { purgeOldCounts, rollUpAttempts } from './roll-up-attempts.ts';
import { readLastDays, type SourceDay } from './source-days.ts';
import { hostsOfSource } from './source-hosts.ts';
import { readSourceRoom } from './source-room.ts';
import { readSourceTimeline } from './source-timeline.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const sample = { type: 'test', name: 'sample' };

describe.each(contractEngines())('the page of a source on $name', (engine) => {
  const { given, launchSeed } = useRuns(engine);
  beforeEach(async () => {
    const { q } = given.db;
    for (const table of ['attempt_counts', 'source_days', 'source_hosts'] as const) {
      await q.deleteFrom(table).execute();
    }
    await q.updateTable('attempt_count_head').set({ minutes_to: null, hours_to: null }).execute();
  });

  interface Ended {
    readonly agoMs: number;
    readonly outcome?: AttemptOutcome;
    readonly error?: string;
    readonly source?: string;
    readonly host?: string | null;
    readonly facts?: string | null;
  }
  const givenAttempts = async (...attempts: readonly Ended[]) => {
    const { q, engine: words } = given.db;
    for (const one of attempts) {
      const at = words.truncate(words.nowPlus(-one.agoMs), 'minute');
      await q
        .insertInto('work_item_attempts')
        .values(
          attemptRow(at, {
            source_name: one.source ?? 'sample',
            host: one.host === undefined ? 'a.example' : one.host,
            outcome: one.outcome ?? 'completed',
            error_code: one.error ?? null,
            facts: one.facts === undefined ? '{"requests":1,"bytes":1000}' : one.facts,
          }),
        )
        .execute();
    }
  };
  const summed = (days: readonly SourceDay[]) =>
    Object.fromEntries(
      sourceDayNumbers.map((name) => [name, days.reduce((total, one) => total + one[name], 0)]),
    );
  const lastDays = async () => {
    const now = await readNow(given.db);
    return readLastDays(given.db, sample, now);
  };

  test('days hold what came of attempts, however often they are counted, and of no other source', async () => {
    // Ten minutes may lie in two days: all days together are looked at.
    await givenAttempts(
      { agoMs: 10 * minute },
      { agoMs: 9 * minute, facts: '{"requests":3,"bytes":50,"redirects":[]}' },
      { agoMs: 8 * minute, outcome: 'unchanged', facts: '{"requests":1,"bytes":0}' },
      { agoMs: 8 * minute, outcome: 'failed', error: 'http_not_found', facts: null },
      { agoMs: 7 * minute, outcome: 'skipped', error: 'resource_missing', facts: 'no JSON' },
      { agoMs: 7 * minute, outcome: 'skipped', error: 'robots_disallowed', facts: '[1]' },
      { agoMs: 7 * minute, outcome: 'retry', error: 'http_timeout', facts: '{"bytes":"many"}' },
      { agoMs: 7 * minute, source: 'other' },
    );
    await rollUpAttempts(given.db);
    await rollUpAttempts(given.db);
    const days = await lastDays();
    expect(days).toHaveLength(30);
    expect(summed(days)).toEqual({
      fetched: 3,
      changed: 2,
      failed: 1,
      skipped: 2,
      missing: 1,
      requests: 5,
      bytes: 1050,
    });
  });

  test('what items asked for together is shared among them', async () => {
    const together = '{"requests":1,"bytes":4000,"items_together":4}';
    await givenAttempts(...[1, 2, 3, 4].map(() => ({ agoMs: 5 * minute, facts: together })));
    await rollUpAttempts(given.db);
    expect(summed(await lastDays())).toMatchObject({ requests: 1, bytes: 4000 });
  });

  test('days and hosts say what has just ended, before it is counted and after, and each attempt once', async () => {
    const together = '{"requests":1,"bytes":4000,"items_together":4}';
    await givenAttempts(
      { agoMs: 30 * minute },
      { agoMs: 20 * minute, outcome: 'unchanged', host: 'c.example' },
    );
    await rollUpAttempts(given.db);
    await givenAttempts(
      ...[1, 2, 3, 4].map(() => ({ agoMs: 0, facts: together, host: 'b.example' })),
      { agoMs: 0, outcome: 'failed', error: 'http_not_found', facts: null },
      { agoMs: 0, source: 'other', host: 'd.example' },
    );
    const expected = { fetched: 6, changed: 5, failed: 1, requests: 3, bytes: 6000 };
    expect(summed(await lastDays())).toMatchObject(expected);
    const now = await readNow(given.db);
    const months = [...new Set([now, new Date(Date.parse(now) - 30 * minute).toISOString()])];
    const inReports = async () => {
      let fetched = 0;
      for (const month of new Set(months.map((at) => at.slice(0, 7)))) {
        const { rows } = await readReport(given.db, month);
        fetched += rows.find(({ source }) => source === 'sample')?.fetched ?? 0;
      }
      return fetched;
    };
    expect(await inReports()).toBe(6);
    const hosts = async () =>
      (await hostsOfSource(given.db, sample, 10)).map(({ host }) => host).toSorted();
    expect(await hosts()).toEqual(['a.example', 'b.example', 'c.example']);
    // Some minutes later they are counted.
    const { q, engine: words } = given.db;
    await q
      .updateTable('attempt_count_head')
      .set({ minutes_to: words.addMs(sql.ref('minutes_to'), -8 * minute) })
      .execute();
    await q
      .updateTable('work_item_attempts')
      .set({ finished_at: words.addMs(sql.ref('finished_at'), -4 * minute) })
      .where('finished_at', '>=', words.nowPlus(-3 * minute))
      .execute();
    await rollUpAttempts(given.db);
    expect(summed(await lastDays())).toMatchObject(expected);
    expect(await inReports()).toBe(6);
    expect(await hosts()).toEqual(['a.example', 'b.example', 'c.example']);
  });

  test('days are kept for a report of the year, and no longer', async () => {
    const { q, engine: words } = given.db;
    const none = {
      fetched: 1,
      changed: 0,
      failed: 0,
      skipped: 0,
      missing: 0,
      requests: 0,
      bytes: 0,
    };
    for (const ago of [1, 399, 402]) {
      await q
        .insertInto('source_days')
        .values({
          source_system: 'test',
          source_name: 'sample',
          day: words.nowPlus(-ago * day),
          ...none,
        })
        .execute();
    }
    await purgeOldCounts(given.db);
    expect(await given.count('source_days')).toBe(2);
  });

  test('the hosts it asks are noted, the latest first, with their blocks', async () => {
    await givenAttempts(
      { agoMs: 20 * minute, host: 'a.example' },
      { agoMs: 10 * minute, host: 'b.example' },
      { agoMs: 5 * minute, host: 'a.example' },
      { agoMs: 5 * minute, host: null },
      { agoMs: 5 * minute, host: 'c.example', source: 'other' },
    );
    await givenBlockedHost(given.db, 'b.example', minute);
    await rollUpAttempts(given.db);
    expect(await hostsOfSource(given.db, sample, 10)).toMatchObject([
      { host: 'a.example', blockedUntil: null },
      { host: 'b.example', blockedUntil: expect.stringMatching(/Z$/) },
    ]);
    expect(await hostsOfSource(given.db, sample, 1)).toHaveLength(1);
  });

  test('a crawl over many hosts is noted whole, and again', async () => {
    const many = Array.from({ length: 600 }, (_, n) => ({
      agoMs: 10 * minute,
      host: `h${n}.example`,
    }));
    await givenAttempts(...many, { agoMs: 5 * minute, host: 'h1.example' });
    await rollUpAttempts(given.db);
    expect(await given.count('source_hosts')).toBe(600);
    expect((await hostsOfSource(given.db, sample, 1))[0]?.host).toBe('h1.example');
  });

  test('it says why it waits, how fast it is, what failed and which runs it had', async () => {
    const { runId } = await launchSeed();
    await givenAttempts(
      { agoMs: 5 * minute },
      { agoMs: 4 * minute, outcome: 'failed', error: 'http_not_found' },
      { agoMs: 4 * minute, outcome: 'failed', error: 'http_forbidden', source: 'other' },
      { agoMs: 4 * minute, outcome: 'retry', error: 'http_timeout' },
    );
    const [source] = await listSources(given.db);
    if (!source) throw new Error('no source');
    const room = await readSourceRoom(given.db, source);
    expect(room.waits?.code).toBe('no_workers');
    expect(room.perMinute).toBeCloseTo(0.2);
    expect(room.failures.clusters.map(({ code }) => code).toSorted()).toEqual([
      'http_not_found',
      'http_timeout',
    ]);
    expect(room.runs.map((run) => run.runId)).toEqual([runId]);
    expect(room.freshness).toMatchObject({ overdue: 0, since: null });
  });

  test('overdue is what is past its planned fetch, since the first of them', async () => {
    await launchSeed();
    const { q, engine: words } = given.db;
    const items = await q.selectFrom('work_items').select('work_item_id').execute();
    const [late, later, inTime] = items;
    if (!late || !later || !inTime) throw new Error('three items are needed');
    const plan = (id: string, ms: number) =>
      q
        .updateTable('work_items')
        .set({
          status: 'completed',
          refresh_class: 1,
          last_fetched_at: words.nowPlus(-30 * minute),
          next_fetch_at: words.nowPlus(ms),
        })
        .where('work_item_id', '=', id)
        .execute();
    await plan(late.work_item_id, -2 * minute);
    await plan(later.work_item_id, -20 * minute);
    await plan(inTime.work_item_id, 20 * minute);
    const [source] = await listSources(given.db);
    if (!source) throw new Error('no source');
    const { freshness, asOf } = await readSourceRoom(given.db, source);
    expect(freshness).toMatchObject({ overdue: 2, isAtLeast: false });
    expect(Date.parse(asOf) - Date.parse(freshness.since ?? '')).toBeGreaterThanOrEqual(
      20 * minute,
    );
  });

  test('one timeline has what people wrote and did, and runs, newest first', async () => {
    await launchSeed();
    const [source] = await listSources(given.db);
    if (!source) throw new Error('no source');
    const { sourceId } = source;
    await commentOnSource(given.db, operator, sourceId, 'They move on Friday.');
    await pauseSource(given.db, operator, sourceId, { reason: 'moving', end: { minutes: 60 } });
    const { runs } = await readSourceRoom(given.db, source);
    const entries = await readSourceTimeline(given.db, sourceId, runs);
    expect(entries.map(({ kind }) => kind).filter((kind) => kind !== 'revision')).toEqual([
      'pause',
      'comment',
      'launch',
    ]);
    expect(entries[0]).toMatchObject({ reason: 'moving', until: expect.stringMatching(/Z$/) });
    expect(entries[1]).toMatchObject({ body: 'They move on Friday.', by: operator.email });
    expect(new Set(entries.map(({ key }) => key)).size).toBe(entries.length);
  });
});
