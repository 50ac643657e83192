import { beforeEach, describe, expect, it } from 'vitest';
import type { Db } from '#db/engine.ts';
import type { AttemptOutcome, Instant } from '#db/schema.ts';
import { readNow } from '#lib/now.ts';
import { attemptRow } from '#test/db/attempt-row.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { withDatabase } from '#test/db/with-database.ts';
import { readThroughput } from './attempt-counts.ts';
import { readErrorClusters } from './error-clusters.ts';
import { throughputWindows } from './model.ts';
import { purgeOldCounts, rollUpAttempts } from './roll-up-attempts.ts';

const minute = 60_000;
const hour = 60 * minute;

interface Ended {
  readonly agoMs: number;
  readonly outcome?: AttemptOutcome;
  readonly error?: string;
  readonly status?: number;
  readonly host?: string;
  readonly source?: string;
}

describe.each(contractEngines())('counted attempts on $name', (engine) => {
  let db: Db;
  /** The moment that everything is reckoned from, so that no minute turns between two looks. */
  let asOf: Instant;

  withDatabase(engine, ['work_item_attempts', 'attempt_counts'], (opened) => {
    db = opened.db;
  });
  beforeEach(async () => {
    asOf = await readNow(db);
    await db.q
      .updateTable('attempt_count_head')
      .set({ minutes_to: null, hours_to: null })
      .execute();
  });

  const ago = (agoMs: number) =>
    db.engine.instantParam(new Date(Date.parse(asOf) - agoMs).toISOString());
  const givenAttempts = async (attempts: readonly Ended[]) => {
    for (const { agoMs, outcome = 'completed', error, status, host, source = 'wiki' } of attempts) {
      await db.q
        .insertInto('work_item_attempts')
        .values(
          attemptRow(ago(agoMs), {
            source_name: source,
            host: host ?? null,
            outcome,
            http_status: status ?? null,
            error_code: error ?? null,
          }),
        )
        .execute();
    }
  };
  const shown = async () => {
    const read = [];
    for (const window of throughputWindows) {
      const { points } = await readThroughput(db, window, asOf);
      const { clusters } = await readErrorClusters(db, window, asOf);
      read.push({ points, clusters });
    }
    return read;
  };
  const stored = async (unit: 'minute' | 'hour') => {
    const rows = await db.q
      .selectFrom('attempt_counts')
      .select(['outcome', 'attempts', 'http_status', 'host'])
      .where('unit', '=', unit)
      .orderBy('starts_at')
      .execute();
    return rows.map((row) => ({ ...row, attempts: Number(row.attempts) }));
  };

  const history: readonly Ended[] = [
    { agoMs: 6 * 24 * hour, status: 200, host: 'a.example' },
    {
      agoMs: 30 * hour,
      outcome: 'failed',
      error: 'http_not_found',
      status: 404,
      host: 'a.example',
    },
    {
      agoMs: 5 * hour,
      outcome: 'retry',
      error: 'http_server_error',
      status: 503,
      host: 'a.example',
    },
    {
      agoMs: 5 * hour,
      outcome: 'failed',
      error: 'http_server_error',
      status: 503,
      host: 'a.example',
    },
    {
      agoMs: 5 * hour,
      outcome: 'retry',
      error: 'http_server_error',
      status: 502,
      host: 'a.example',
    },
    { agoMs: 20 * minute, outcome: 'unchanged', status: 304, host: 'b.example' },
    { agoMs: 20 * minute, outcome: 'unchanged', status: 304, host: 'c.example' },
    {
      agoMs: 1,
      outcome: 'failed',
      error: 'http_server_error',
      status: 503,
      host: 'a.example',
      source: 'news',
    },
    { agoMs: 1, outcome: 'expired', error: 'lease_lost' },
    { agoMs: 1, outcome: 'skipped', error: 'page_missing', status: 200, host: 'a.example' },
  ];

  it('tell the same before and after they are rolled up', async () => {
    await givenAttempts(history);
    const first = await shown();
    expect(await rollUpAttempts(db)).toBe(4);
    expect(await shown()).toEqual(first);
    await db.q
      .deleteFrom('work_item_attempts')
      .where('finished_at', '<', ago(10 * minute))
      .execute();
    expect(await shown()).toEqual(first);
  });

  it('are rolled up once, whoever rolls them up, and only what is two minutes old', async () => {
    await givenAttempts(history);
    await Promise.all([rollUpAttempts(db), rollUpAttempts(db), rollUpAttempts(db)]);
    expect(await rollUpAttempts(db)).toBe(0);
    expect(await stored('minute')).toEqual([
      { outcome: 'completed', attempts: 1, http_status: null, host: null },
      { outcome: 'failed', attempts: 1, http_status: 404, host: 'a.example' },
      expect.objectContaining({ attempts: 1, host: 'a.example' }),
      expect.objectContaining({ attempts: 1, host: 'a.example' }),
      expect.objectContaining({ attempts: 1, host: 'a.example' }),
      { outcome: 'unchanged', attempts: 2, http_status: null, host: null },
    ]);
  });

  it('go on where they stopped', async () => {
    await givenAttempts(history);
    const first = await shown();
    for (let minutes = 1; minutes <= 4; minutes += 1) expect(await rollUpAttempts(db, 1)).toBe(1);
    expect(await rollUpAttempts(db, 1)).toBe(0);
    expect(await shown()).toEqual(first);
  });

  it('group failures by code, status and host, the largest first', async () => {
    await givenAttempts(history);
    const { clusters, more } = await readErrorClusters(db, '24h', asOf, { most: 2 });
    expect(more).toBe(true);
    expect(clusters).toMatchObject([
      { code: 'http_server_error', httpStatus: 503, attempts: 3, failed: 2, sourceName: null },
      { attempts: 1 },
    ]);
    expect(clusters[0]?.series.reduce((sum, value) => sum + value, 0)).toBe(3);
    expect(clusters[0]?.series).toHaveLength(24);
    expect(clusters[0]?.series.at(-1)).toBe(1);
  });

  it('are forgotten when no window shows them', async () => {
    await givenAttempts(history);
    await rollUpAttempts(db);
    await purgeOldCounts(db);
    expect(await stored('minute')).not.toContainEqual(
      expect.objectContaining({ outcome: 'completed' }),
    );
    expect(await stored('hour')).toContainEqual(expect.objectContaining({ outcome: 'completed' }));
  });
});
