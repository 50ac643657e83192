import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TableName } from '#db/schema.ts';
import { readNow } from '#lib/now.ts';
import { listWorkers } from '#lib/workers/list-workers.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { until } from '../worker/processes.ts';
import { launchCampaign } from './campaign.ts';
import { type Fleet, hangMs, isUp, openFleet } from './fleet.ts';

const halfAnHourMs = 1_800_000;
const resources = 150;
/** The worst a heartbeat's answer may have taken, ms. */
const toleranceMs = 5_000;

/** Every time that is stored, but those that lie ahead on purpose (leases, backoff, next fetches). */
const stored: readonly (readonly [table: TableName, ...columns: string[]])[] = [
  ['work_items', 'created_at', 'updated_at', 'claimed_at', 'last_fetched_at', 'last_changed_at'],
  ['work_item_attempts', 'started_at', 'finished_at'],
  ['IngestRecords', 'fetched_at_utc'],
  ['ingest_runs', 'started_at', 'completed_at'],
  ['seen_resources', 'first_seen_at', 'last_seen_at'],
  ['workers', 'started_at', 'heartbeat_at'],
  ['events', 'at'],
];

describe.each(contractEngines())('workers whose clocks are an hour apart, on $name', (engine) => {
  let fleet: Fleet;
  beforeEach(async (context) => {
    fleet = await openFleet(engine, context);
  });
  afterEach(() => fleet?.dispose());

  const withClock = (shiftMs: number) =>
    fleet.worker({
      env: {
        NODE_OPTIONS: `--import=${import.meta.resolve('./shifted-clock.ts')}`,
        SHIFT_CLOCK_MS: String(shiftMs),
      },
    });

  it(
    'share the work as if they were not: leases and times are the database’s',
    async () => {
      const { db } = fleet.site.runtime;
      const from = await readNow(db);
      const workers = [withClock(-halfAnHourMs), withClock(halfAnHourMs)];
      for (const worker of workers) await until('it is up', () => isUp(worker));
      await launchCampaign(fleet.site.runtime, 'apart', resources, { latency_ms: 50 });

      // The console is told, by each worker, how wrong its clock is.
      const skews = async () =>
        (await listWorkers(db)).map(({ facts }) => facts.clockSkewMs ?? 0).sort((a, b) => a - b);
      await until('both have told their clocks', async () =>
        (await skews()).every((skew) => skew !== 0),
      );
      const [behind = 0, ahead = 0] = await skews();
      expect(Math.abs(behind + halfAnHourMs)).toBeLessThan(toleranceMs);
      expect(Math.abs(ahead - halfAnHourMs)).toBeLessThan(toleranceMs);

      await fleet.finish();
      const attempts = await db.q
        .selectFrom('work_item_attempts')
        .select(['worker_id', 'outcome'])
        .execute();
      expect(new Set(attempts.map((attempt) => attempt.worker_id)).size).toBe(2);
      // Neither took a lease of the other's for expired.
      expect(attempts.map(({ outcome }) => outcome)).toEqual(Array(resources).fill('completed'));
      expect(await timesOutside(from, await readNow(db))).toEqual([]);
    },
    hangMs,
  );

  /** Each column that holds a time before `from` or after `to`. */
  async function timesOutside(from: string, to: string): Promise<string[]> {
    const { db } = fleet.site.runtime;
    const wrong: string[] = [];
    for (const [table, ...columns] of stored) {
      for (const column of columns) {
        const { rows } = await sql<{ first: string | null; last: string | null }>`
          select min(${sql.ref(column)}) as first, max(${sql.ref(column)}) as last
          from ${db.engine.table(table)}`.execute(db.q);
        const { first = null, last = null } = rows[0] ?? {};
        if ((first !== null && first < from) || (last !== null && last > to)) {
          wrong.push(`${table}.${column}: ${first} to ${last}, not within ${from} to ${to}`);
        }
      }
    }
    return wrong;
  }
});
