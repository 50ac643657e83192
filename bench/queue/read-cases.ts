/** Pages of the work-item list and its counts: milliseconds per call. */
import { sql } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import { encodeCursor } from '#lib/paging/cursor.ts';
import {
  defaultDirections,
  parseWorkItemQuery,
  type WorkItemQuery,
  type WorkItemSort,
} from '#lib/work-items/filter.ts';
import { countWorkItems, listWorkItems } from '#lib/work-items/list.ts';
import { getStats } from '#lib/work-items/stats.ts';
import type { BenchResult } from '../harness/benchmark.ts';
import { measureCase, median, secondsOf } from '../harness/measure.ts';
import { benchRow, fillSources } from './bench-row.ts';
import { record } from './recording.ts';
import type { BenchTarget } from './target.ts';

interface ReadCase {
  readonly name: string;
  readonly read: (s: Session) => Promise<unknown>;
}

const callsPerRun = 20;

export async function measureReads(
  target: BenchTarget,
  rows: number,
  nowMs: number,
  runs: number,
  progress: (line: string) => void,
): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const { name, read } of await readCases(target.db, rows, nowMs)) {
    progress(`queue: ${name}`);
    const recording = record(target.db);
    await read(recording.db);
    const { steps } = recording;
    results.push(
      await measureCase({
        name,
        unit: 'ms',
        runs,
        measure: () => medianMs(() => read(target.db)),
        floor: {
          what: 'same statements, bare driver',
          measure: () => medianMs(() => target.replay(steps)),
        },
      }),
    );
  }
  return results;
}

async function medianMs(call: () => Promise<unknown>): Promise<number> {
  const figures: number[] = [];
  for (let i = 0; i < callsPerRun; i += 1) figures.push((await secondsOf(call)) * 1000);
  return median(figures);
}

async function readCases(db: Db, rows: number, nowMs: number): Promise<ReadCase[]> {
  const page = (name: string, query: WorkItemQuery): ReadCase => ({
    name: `page: ${name}`,
    read: (s) => listWorkItems(s, query),
  });
  // Newest first, the oldest tenth lies deep.
  const deep = benchRow(Math.floor(rows / 10), rows, nowMs);
  const filters: Record<string, Record<string, string>> = {
    'status failed': { status: 'failed' },
    'status pending or failed': { status: 'pending,failed' },
    'one source': { source: fillSources[1] },
    'one source, failed': { source: fillSources[1], status: 'failed' },
    'one type': { type: 'category' },
    'id begins with': { resource: 'Page_1' },
    'error code': { error: 'http_server_error' },
    'stale 30 days': { stale: '30' },
    'text found nowhere': { q: 'no such text' },
    'one run': { run: deep.run_id ?? '' },
  };
  const sorts: readonly WorkItemSort[] = [
    'created_at',
    'updated_at',
    'last_fetched_at',
    'priority',
    'resource_id',
  ];
  return [
    ...sorts.map((sort) => page(`first, by ${sort}`, queryOf({ sort }))),
    ...(await Promise.all(
      (['created_at', 'updated_at'] as const).map(async (sort) =>
        page(
          `deep, by ${sort}`,
          queryOf({ sort, cursor: await cursorAt(db, sort, deep.work_item_id) }),
        ),
      ),
    )),
    ...Object.entries(filters).map(([name, raw]) => page(name, queryOf(raw))),
    { name: 'count: all statuses (getStats)', read: (s) => getStats(s) },
    { name: 'count: failed', read: (s) => countWorkItems(s, queryOf({ status: 'failed' }).filter) },
    {
      name: 'count: stale 30 days',
      read: (s) => countWorkItems(s, queryOf({ stale: '30' }).filter),
    },
  ];
}

/** Through the reader of the address, so that the benchmark asks what a person can ask. */
function queryOf(raw: Record<string, string>): WorkItemQuery {
  const { query, problems } = parseWorkItemQuery(raw);
  if (problems.length > 0) throw new Error(`The address is wrong: ${JSON.stringify(problems)}`);
  return query;
}

/** The position of a row, which need not be on the page that shows it. */
async function cursorAt(db: Db, sort: 'created_at' | 'updated_at', id: string): Promise<string> {
  const row = await db.q
    .selectFrom('work_items')
    .select(sql<string>`${db.engine.cursorText(sql.ref(sort))}`.as('value'))
    .where('work_item_id', '=', id)
    .executeTakeFirstOrThrow();
  return encodeCursor({
    sort,
    direction: defaultDirections[sort],
    way: 'after',
    value: row.value,
    id,
  });
}
