/** Model and database brought into one form, to be compared as a whole after every step. */
import { sql } from 'kysely';
import type { Db } from '#db/engine.ts';
import { onHoldReason } from '#lib/queue/hold.ts';
import { getStats } from '#lib/queue/stats.ts';
import { hashOf } from './perform.ts';
import type { ModelItem, QueueModel } from './queue-model.ts';
import { runIds, runNames, sourceNames, sources } from './world.ts';

/** One line for each thing that is, by its name: a difference then reads as one line. */
export type Snapshot = Record<string, string>;

const line = (facts: object): string =>
  Object.entries(facts)
    .filter(([, value]) => value !== null && value !== false && value !== 0)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

export function snapshotOfModel(model: QueueModel): Snapshot {
  const all: Snapshot = {};
  for (const item of model.items) {
    all[item.key] = line({
      id: item.id.slice(-4),
      status: item.status,
      attempt: item.attempt,
      priority: item.priority,
      run: item.run,
      held: item.held,
      lease: item.lease?.id ?? null,
      owner: item.lease?.owner ?? null,
      content: item.content && hashOf(item.content).slice(0, 1),
      checks: item.checks,
      changes: item.changes,
      error: item.errorCode,
      records: item.records,
      seen: item.seen,
      attempts: item.attempts.toSorted().join(','),
    });
  }
  for (const name of runNames) {
    const { overBudget: _not, maxItems: _nor, emptying: _compared, ...run } = model.runs[name];
    all[name] = line(run);
  }
  for (const name of sourceNames.filter((one) => one !== 'strange')) {
    const { paused, slot } = model.sources[name];
    all[`source ${name}`] = line({ paused, slot: slot?.lease ?? null });
  }
  for (const [name, count] of countsOf(model.items)) all[`total ${name}`] = String(count);
  return all;
}

function countsOf(items: readonly ModelItem[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { source, status } of items) {
    const name = `${sources[source].system}:${source} ${status}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** @returns the snapshot, and when each item was created */
export async function snapshotOfDatabase(
  db: Db,
): Promise<{ snapshot: Snapshot; createdAt: Map<string, string> }> {
  const all: Snapshot = {};
  const createdAt = new Map<string, string>();
  const [items, attempts, records, seen] = [
    await db.q.selectFrom('work_items').selectAll().execute(),
    await attemptsByItem(db),
    await recordsByItem(db),
    await seenByKey(db),
  ];
  for (const row of items) {
    createdAt.set(row.work_item_id, row.created_at);
    all[`${row.source_name}/${row.resource_id}`] = line({
      id: row.work_item_id.slice(-4),
      status: row.status,
      attempt: row.attempt,
      priority: row.priority,
      run: runNames.find((name) => runIds[name] === row.run_id) ?? row.run_id,
      held: row.wait_reason === onHoldReason,
      lease: row.lease_id,
      owner: row.lease_owner,
      content: row.content_hash?.slice(0, 1) ?? null,
      checks: row.check_count,
      changes: row.change_count,
      error: row.error_code,
      records: records.get(row.work_item_id) ?? 0,
      seen: seen.get(row.dedupe_key) ?? 0,
      attempts: (attempts.get(row.work_item_id) ?? []).toSorted().join(','),
    });
  }
  await readRuns(db, all);
  await readSources(db, all);
  const { bySource } = await getStats(db);
  for (const { sourceSystem, sourceName, byStatus } of bySource) {
    for (const [status, count] of Object.entries(byStatus)) {
      if (count !== 0) all[`total ${sourceSystem}:${sourceName} ${status}`] = String(count);
    }
  }
  return { snapshot: all, createdAt };
}

async function attemptsByItem(db: Db): Promise<Map<string, string[]>> {
  const rows = await db.q
    .selectFrom('work_item_attempts')
    .select(['work_item_id', 'outcome'])
    .execute();
  const byItem = new Map<string, string[]>();
  for (const row of rows) {
    byItem.set(row.work_item_id, [...(byItem.get(row.work_item_id) ?? []), row.outcome]);
  }
  return byItem;
}

async function recordsByItem(db: Db): Promise<Map<string, number>> {
  const rows = await db.q
    .selectFrom('IngestRecords')
    .select(['work_item_id', sql<number>`count(*)`.as('count')])
    .groupBy('work_item_id')
    .execute();
  return new Map(rows.map((row) => [row.work_item_id ?? '', Number(row.count)]));
}

async function seenByKey(db: Db): Promise<Map<string, number>> {
  const rows = await db.q
    .selectFrom('seen_resources')
    .select(['resource_key', 'seen_count'])
    .execute();
  return new Map(rows.map((row) => [row.resource_key, row.seen_count]));
}

async function readRuns(db: Db, all: Snapshot): Promise<void> {
  for (const row of await db.q.selectFrom('current_runs').selectAll().execute()) {
    const name = runNames.find((one) => runIds[one] === row.run_id) ?? row.run_id;
    all[name] = line({
      status: row.status,
      endReason: row.end_reason,
      paused: row.paused_at !== null,
      total: row.items_total,
      processed: row.items_processed,
      succeeded: row.items_succeeded,
      failed: row.items_failed,
      skipped: row.items_skipped,
      discovered: row.items_discovered,
      retried: row.items_retried,
      unchanged: row.items_unchanged,
    });
  }
}

async function readSources(db: Db, all: Snapshot): Promise<void> {
  const rows = await db.q
    .selectFrom('sources')
    .select(['name', 'paused_at', 'slot_lease_id'])
    .execute();
  for (const row of rows) {
    all[`source ${row.name}`] = line({ paused: row.paused_at !== null, slot: row.slot_lease_id });
  }
}

/** One line for each difference; empty when there is none. */
export function differences(model: Snapshot, database: Snapshot): string[] {
  const names = [...new Set([...Object.keys(model), ...Object.keys(database)])];
  return names
    .filter((name) => model[name] !== database[name])
    .map(
      (name) =>
        `${name}\n    expected: ${model[name] ?? '(nothing)'}\n    database: ${database[name] ?? '(nothing)'}`,
    );
}
