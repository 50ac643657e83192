/** What must hold of a queue whatever happened to the processes that work on it. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { AttemptOutcome, WorkItemStatus } from '#db/schema.ts';

interface Item {
  readonly work_item_id: string;
  readonly status: WorkItemStatus;
  readonly attempt: number;
  readonly run_id: string | null;
  readonly lease_id: string | null;
  readonly dedupe_key: string;
  readonly discovered_from: string | null;
}

interface Attempt {
  readonly work_item_id: string;
  readonly run_id: string | null;
  readonly attempt: number;
  readonly lease_id: string | null;
  readonly outcome: AttemptOutcome;
  readonly error_code: string | null;
}

const completing: readonly AttemptOutcome[] = ['completed', 'unchanged'];

/**
 * One sentence for each thing that does not hold of a queue at rest: nothing held or waiting, each item
 * completed at most once and stored as often as it was completed with new content, attempts without
 * gaps, counters and run numbers exact, each run ended once, no event missing where that can be told. Reads everything;
 * for the queues of tests.
 */
export async function inconsistencies(s: Session, lakeDir: string): Promise<string[]> {
  const items: readonly Item[] = await s.q
    .selectFrom('work_items')
    .select(['work_item_id', 'status', 'attempt', 'run_id', 'lease_id', 'dedupe_key'])
    .select('discovered_from')
    .execute();
  const attempts: readonly Attempt[] = await s.q
    .selectFrom('work_item_attempts')
    .select(['work_item_id', 'run_id', 'attempt', 'lease_id', 'outcome', 'error_code'])
    .execute();
  const attemptsOf = Map.groupBy(attempts, (attempt) => attempt.work_item_id);
  return [
    ...items.flatMap((item) => wrongWithItem(item, attemptsOf.get(item.work_item_id) ?? [])),
    ...(await wrongWithRecords(s, items, lakeDir)),
    ...(await wrongWithSeenResources(s, items, attemptsOf)),
    ...(await wrongWithCounters(s)),
    ...(await wrongWithRuns(s, items, attempts)),
    ...(await wrongWithEvents(s)),
  ];
}

function wrongWithItem(item: Item, attempts: readonly Attempt[]): string[] {
  const wrong: string[] = [];
  const say = (what: string) => wrong.push(`${item.dedupe_key} ${what}`);
  if (item.status === 'pending' || item.status === 'in_progress') say(`is still ${item.status}`);
  if (item.lease_id !== null) say('still has a lease');
  // What a dead worker merely held is charged nothing: the next attempt has the same number.
  const counted = attempts.filter(
    ({ outcome, error_code: code }) => outcome !== 'released' && code !== 'worker_lost',
  );
  const numbers = counted.map(({ attempt }) => attempt).sort((a, b) => a - b);
  const expected = Array.from({ length: item.attempt }, (_, index) => index + 1);
  if (numbers.join() !== expected.join()) {
    say(`counts ${item.attempt} attempts and has those numbered ${numbers.join()}`);
  }
  if (new Set(attempts.map((attempt) => attempt.lease_id)).size !== attempts.length) {
    say('ended one lease twice');
  }
  const completions = counted.filter(({ outcome }) => completing.includes(outcome)).length;
  if (completions !== (item.status === 'completed' ? 1 : 0)) {
    say(`is ${item.status} and was completed ${completions} times`);
  }
  return wrong;
}

async function wrongWithRecords(
  s: Session,
  items: readonly Item[],
  lakeDir: string,
): Promise<string[]> {
  const records = await s.q
    .selectFrom('IngestRecords')
    .select(['work_item_id', 'ingest_id', 'lake_path'])
    .execute();
  const recordsOf = Map.groupBy(records, (record) => record.work_item_id);
  const wrong = items.flatMap((item) => {
    const count = recordsOf.get(item.work_item_id)?.length ?? 0;
    const right = item.status === 'completed' ? 1 : 0;
    return count === right ? [] : [`${item.dedupe_key} is ${item.status} with ${count} records`];
  });
  for (const { ingest_id: id, lake_path: file } of records) {
    const text = await readFile(path.join(lakeDir, file ?? ''), 'utf8').catch(() => '');
    if (!text.includes(id)) wrong.push(`the file of ${id} is not in the lake`);
  }
  return wrong;
}

async function wrongWithSeenResources(
  s: Session,
  items: readonly Item[],
  attemptsOf: ReadonlyMap<string, readonly Attempt[]>,
): Promise<string[]> {
  const rows = await s.q
    .selectFrom('seen_resources')
    .select(['resource_key', 'seen_count'])
    .execute();
  const seen = new Map(rows.map((row) => [row.resource_key, row.seen_count]));
  return items.flatMap((item) => {
    const completions = (attemptsOf.get(item.work_item_id) ?? []).filter(({ outcome }) =>
      completing.includes(outcome),
    ).length;
    const count = seen.get(item.dedupe_key) ?? 0;
    return count === completions ? [] : [`${item.dedupe_key} was seen ${count} times`];
  });
}

async function wrongWithCounters(s: Session): Promise<string[]> {
  const line = (row: { source_name: string; status: string; item_count: number }) =>
    `${row.source_name} ${row.status} ${Number(row.item_count)}`;
  const counters = await s.engine.readTotals(s);
  const told = counters.filter((row) => Number(row.item_count) !== 0).map(line);
  const { rows } = await sql<{ source_name: string; status: string; item_count: number }>`
    select source_name, status, count(*) as item_count from ${s.engine.table('work_items')}
    group by source_name, status`.execute(s.q);
  const counted = rows.map(line);
  return [
    ...told.filter((one) => !counted.includes(one)).map((one) => `the counters say ${one}`),
    ...counted.filter((one) => !told.includes(one)).map((one) => `the counters miss ${one}`),
  ];
}

/** Codes of an expired attempt that was the item's last. */
const failsTheItem: ReadonlySet<string> = new Set(['attempts_exhausted', 'poisonous_page']);

async function wrongWithRuns(
  s: Session,
  items: readonly Item[],
  attempts: readonly Attempt[],
): Promise<string[]> {
  const runs = await s.q.selectFrom('current_runs').selectAll().execute();
  return runs.flatMap((run) => {
    const mine = items.filter((item) => item.run_id === run.run_id);
    const having = (status: WorkItemStatus) => mine.filter((item) => item.status === status).length;
    const ofRun = attempts.filter((attempt) => attempt.run_id === run.run_id);
    const returned = ofRun.filter(
      ({ outcome, error_code: code }) =>
        outcome === 'retry' || (outcome === 'expired' && !failsTheItem.has(code ?? '')),
    );
    const expected = {
      status: 'completed',
      items_total: mine.length,
      items_processed: having('completed') + having('failed') + having('skipped'),
      items_succeeded: having('completed'),
      items_failed: having('failed'),
      items_skipped: having('skipped'),
      items_discovered: mine.filter((item) => item.discovered_from !== null).length,
      items_retried: returned.length,
      items_unchanged: ofRun.filter(({ outcome }) => outcome === 'unchanged').length,
    };
    return Object.entries(expected).flatMap(([name, value]) => {
      const told = run[name as keyof typeof expected];
      return told === value ? [] : [`run ${run.name}: ${name} is ${told}, not ${value}`];
    });
  });
}

/** Each run ended once, and the events are numbered in the order of their commits without a gap. */
async function wrongWithEvents(s: Session): Promise<string[]> {
  const runs = await s.q.selectFrom('current_runs').select(['run_id', 'name']).execute();
  const events = await s.q
    .selectFrom('events')
    .select(['event_id', 'kind', 'run_id'])
    .orderBy('event_id')
    .execute();
  const ends = events.filter(({ kind }) => kind === 'run.completed');
  const numbers = events.map(({ event_id: id }) => Number(id));
  // Where ids are given out before the commit, a transaction that was rolled back has left a gap.
  const isGapless = (await s.engine.lastSettledEvent(s, 0)) === null;
  const gap = isGapless ? numbers.findIndex((number, index) => number !== index + 1) : -1;
  return [
    ...runs.flatMap(({ run_id: id, name }) => {
      const times = ends.filter((event) => event.run_id === id).length;
      return times === 1 ? [] : [`run ${name} was completed ${times} times`];
    }),
    ...(gap === -1 ? [] : [`event ${numbers[gap]} stands where ${gap + 1} was to be`]),
  ];
}
