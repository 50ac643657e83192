/**
 * What a claim reads, with 50,000 items of every sort in front that may not be claimed, and as many hosts and ended
 * runs. Not the time: the bytes that SQLite asks the system for when it has nothing in its cache yet.
 */
import { existsSync, readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '#db/engine.ts';
import { openDatabase } from '#db/open.ts';
import type { DatabaseSettings } from '#db/settings/model.ts';
import { newId } from '#lib/ids.ts';
import { sqliteEngine } from '#test/db/contract-engines.ts';
import { makeMigrated } from '#test/db/make-migrated.ts';
import { aWorkItem } from '#test/factories.ts';
import { givenBlockedHost, givenRun, givenSource } from '#test/queue-database.ts';
import { createStateStore } from '../create-state-store.ts';
import type { StateStore } from '../state-store.ts';

const crowd = 50_000;
const pageBytes = 4_096;
/** Schema, a dozen paths from root to leaf, and what is claimed; a crowd of items has ten times as many. */
const mostPages = 400;
const options = { owner: 'worker-1', leaseMs: 60_000 };

/** Linux counts what a process has read; elsewhere nobody tells. */
const countsReads = existsSync('/proc/self/io');
const bytesRead = () => Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);

describe.skipIf(!countsReads)('what a claim reads', () => {
  let settings: DatabaseSettings;
  let remove: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    ({ settings, remove } = await sqliteEngine.freshSettings());
    await makeMigrated(settings);
    const db = await openDatabase(settings);
    await fill(db);
    await db.close();
  });
  afterAll(() => remove?.());

  /** Pages read by `work` in a database that was opened for it. */
  const pagesOf = async (
    work: (store: StateStore) => Promise<readonly { resourceId: string }[]>,
  ) => {
    const db = await openDatabase(settings);
    const store = await createStateStore({ db });
    const before = bytesRead();
    const items = await work(store);
    const pages = Math.round((bytesRead() - before) / pageBytes);
    await db.close();
    return { ids: items.map((item) => item.resourceId), pages };
  };

  test('as the next of all sources: nothing that waits, backs off or is held', async () => {
    const { ids, pages } = await pagesOf((store) => store.dequeue(1));
    expect(ids).toEqual(['first of all']);
    expect(pages).toBeLessThan(mostPages);
  });

  test('as a worker: nothing of paused runs and sources, nor of blocked and paced hosts', async () => {
    const { ids, pages } = await pagesOf(async (store) => {
      const { items } = await store.claimPolitely(4, options);
      return items;
    });
    expect(ids.toSorted()).toEqual(['free, late', 'polite, late']);
    expect(pages).toBeLessThan(mostPages);
  });

  test('as a worker that finds nothing: no more, and it knows when to come back', async () => {
    const { pages } = await pagesOf(async (store) => {
      const { items, retryInMs } = await store.claimPolitely(4, options);
      expect(retryInMs).toBeGreaterThan(0);
      return items;
    });
    expect(pages).toBeLessThan(mostPages);
  });

  test('a crowd would be seen: walking past it reads more than ten times as much', async () => {
    const db = await openDatabase(settings);
    const before = bytesRead();
    await sql`select count(*) from work_items indexed by IX_work_items_ready_source
      where status = 'pending' and wait_reason is null and source_system = 'test'
        and source_name = 'free' and host is null`.execute(db.q);
    expect((bytesRead() - before) / pageBytes).toBeGreaterThan(10 * mostPages);
    await db.close();
  });
});

async function fill(db: Db): Promise<void> {
  const store = await createStateStore({ db });
  await givenSource(db, { name: 'free' });
  await givenSource(db, { name: 'polite', rateDelayMs: 1_000 });
  await givenSource(db, { name: 'paused', paused: true });
  const paused = await givenRun(db, { paused: true });
  await givenBlockedHost(db, 'blocked.example', 3_600_000);
  await db.q
    .insertInto('hosts')
    .values({
      host: 'asked.example',
      pace_ms: 3_600_000,
      next_slot_at: db.engine.nowPlus(3_600_000),
      updated_at: db.engine.now(),
    })
    .execute();
  await store.enqueueMany([
    aWorkItem({ sourceName: 'unknown', resourceId: 'first of all', priority: 500 }),
    aWorkItem({ sourceName: 'free', resourceId: 'free, late', priority: 900 }),
    aWorkItem({
      sourceName: 'polite',
      resourceId: 'polite, late',
      priority: 900,
      requestUri: 'https://open.example/',
    }),
  ]);
  await fillWith(db, { waits: 'backoff' });
  await fillWith(db, { waits: 'on_hold' });
  await fillWith(db, { source: 'paused' });
  await fillWith(db, { run: paused });
  await fillWith(db, { host: 'blocked.example' });
  await fillWith(db, { host: 'asked.example' });
  await fillWith(db, { source: 'polite', host: 'asked.example' });
  await fillHostsAndRuns(db);
}

interface Kind {
  readonly source?: string;
  readonly run?: string;
  readonly host?: string;
  /** Ahead of what may be claimed, unless it waits. */
  readonly waits?: 'backoff' | 'on_hold';
}

/** A crowd of one sort, as one statement. */
async function fillWith(
  db: Db,
  { source = 'free', run, host = 'free.example', waits }: Kind,
): Promise<void> {
  const sort = newId();
  const dueIn = waits === 'on_hold' ? '+7000 years' : '+1 hour';
  const now = sql`strftime('%Y-%m-%dT%H:%M:%fZ', 'now')`;
  await db.transaction(({ q }) =>
    sql`insert into work_items (work_item_id, source_system, source_name, resource_type, resource_id, request_uri,
        request_method, priority, status, run_id, host, dedupe_key, created_at, updated_at, available_at, wait_reason)
      with recursive n (n) as (select 1 union all select n + 1 from n where n < ${crowd})
      select ${sort} || n, 'test', ${source}, 'page', n, 'https://' || ${host} || '/' || n,
        'GET', 600, 'pending', ${run ?? null}, ${host}, ${sort} || n, ${now}, ${now},
        ${waits === undefined ? now : sql`strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ${dueIn})`}, ${waits ?? null}
      from n`.execute(q),
  );
}

/** Hosts that were asked once, and runs that are over. */
async function fillHostsAndRuns(db: Db): Promise<void> {
  const at = db.engine.now();
  const numbers = sql`with recursive n (n) as (select 1 union all select n + 1 from n where n < ${crowd})`;
  await db.transaction(async ({ q }) => {
    await sql`insert into hosts (host, last_request_at, blocked_until, updated_at)
      ${numbers} select 'host-' || n || '.example', ${at}, '2020-01-01T00:00:00.000Z', ${at} from n`.execute(
      q,
    );
    await sql`insert into ingest_runs (run_id, started_at, completed_at, status)
      ${numbers} select 'run-' || n, ${at}, ${at}, 'completed' from n`.execute(q);
  });
}
