/** Putting new items into the queue. */
import { z } from 'zod';
import { chunksOf } from '#db/chunks.ts';
import { compareText } from '#db/compare-text.ts';
import type { Db, Session } from '#db/engine.ts';
import type { WorkItemInsert } from '#db/queue/storage.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { againWhenLost, onceIn } from '#lib/idempotency/once.ts';
import type { NewWorkItem } from '../model.ts';
import { insertRowFrom } from '../rows.ts';
import { adjustRun, lockRun } from '../runs/run-numbers.ts';
import type { EnqueueOptions } from '../state-store.ts';

/**
 * Enqueues the items whose key is not known, in one transaction. Returns the ids inserted, in the
 * order given; of duplicates inside the batch the first wins. Nothing is put into a run that has ended:
 * nobody would claim it, and the run's numbers are history. When the answer is lost on its way, what stands under the
 * ids of these items is theirs. With a request key the same call gives the same answer, however often it is made.
 * @throws AppError when any item does not fit, which it names by its place; `run_ended`. Then nothing was inserted.
 */
export async function enqueueMany(
  db: Db,
  items: readonly NewWorkItem[],
  { requestKey }: EnqueueOptions = {},
): Promise<string[]> {
  const rows = distinctByKey(rowsOf(items));
  if (rows.length === 0) return [];
  if (requestKey !== undefined) {
    const request = { key: requestKey, action: 'work-items.enqueue' };
    return onceIn(db, request, z.array(z.string()), (tx) => insertAndCount(tx, rows));
  }
  return againWhenLost(async (run) => {
    const inserted = await db.transaction((tx) => insertAndCount(tx, rows));
    return run === 1 ? inserted : standingOf(db, rows);
  });
}

/** The same as a part of a transaction. */
export const enqueueIn = (tx: Session, items: readonly NewWorkItem[]): Promise<string[]> =>
  insertAndCount(tx, distinctByKey(rowsOf(items)));

function rowsOf(items: readonly NewWorkItem[]): WorkItemInsert[] {
  return items.map((item, index) => {
    try {
      return insertRowFrom(item);
    } catch (error) {
      if (!(error instanceof AppError) || items.length === 1) throw error;
      throw new AppError(error.code, `items[${index}]: ${error.message}`, {
        cause: error,
        remedy: error.remedy,
        ...(error.fields === undefined ? {} : { fields: error.fields }),
      });
    }
  });
}

async function insertAndCount(tx: Session, rows: readonly WorkItemInsert[]): Promise<string[]> {
  const inserted = await insertAbsent(tx, rows);
  // In the order of the ids, so that two producers never wait for each other's runs crosswise.
  for (const [runId, count] of [...countByRun(inserted)].sort(([a], [b]) => compareText(a, b))) {
    await adjustRun(tx, runId, { total: count });
    await requireRunning(tx, runId);
  }
  return inserted.map((row) => row.work_item_id);
}

/** Their ids, as far as it was these items that were inserted, by whichever of the runs. */
async function standingOf(s: Session, rows: readonly WorkItemInsert[]): Promise<string[]> {
  const standing = new Set<string>();
  for (const chunk of chunksOf(rows.map((row) => row.work_item_id))) {
    const found = await s.q
      .selectFrom('work_items')
      .select('work_item_id')
      .where('work_item_id', 'in', s.engine.listed(chunk))
      .execute();
    for (const row of found) standing.add(row.work_item_id);
  }
  return rows.flatMap(({ work_item_id: id }) => (standing.has(id) ? [id] : []));
}

/** And stays so until the transaction ends. Run ids of an older database that name no run are let pass. */
async function requireRunning(tx: Session, runId: string): Promise<void> {
  const run = await lockRun(tx, runId);
  if (run === null || run.status === 'running') return;
  throw new AppError('run_ended', `The run ${runId} is ${run.status}: nothing is put into it.`, {
    remedy:
      'Launch a new run, or enqueue the items without one: the next run of their source adopts them.',
  });
}

/** Inserts what is absent, in chunks; returns the rows that were inserted, in the order given. */
export async function insertAbsent(
  tx: Session,
  rows: readonly WorkItemInsert[],
): Promise<WorkItemInsert[]> {
  const inserted: WorkItemInsert[] = [];
  for (const chunk of chunksOf(rows)) {
    const ids = await tx.engine.insertWorkItemsIfAbsent(tx, chunk);
    inserted.push(...chunk.filter((row) => ids.has(row.work_item_id)));
  }
  return inserted;
}

export function distinctByKey(rows: readonly WorkItemInsert[]): WorkItemInsert[] {
  const byKey = new Map<string, WorkItemInsert>();
  for (const row of rows) if (!byKey.has(row.dedupe_key)) byKey.set(row.dedupe_key, row);
  return [...byKey.values()];
}

function countByRun(rows: readonly WorkItemInsert[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { run_id: runId } of rows) {
    if (typeof runId === 'string') counts.set(runId, (counts.get(runId) ?? 0) + 1);
  }
  return counts;
}
