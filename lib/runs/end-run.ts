/** The end of a run, whatever ends it, and the emptying of its queue. */

import { sql } from 'kysely';
import { chunkSize } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import type { WorkItemStatus } from '#db/schema.ts';
import { boundedMessage } from '#lib/errors/bounded-message.ts';
import type { EventKind } from '#lib/events/model.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import { type NoticeType, putNotice } from '#lib/notices/outbox.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';
import { leaveRun, settleUnfetched } from '#lib/queue/runs/settle-unfetched.ts';
import { afterEnd, afterStep, type EndReason } from './lifecycle.ts';
import { lifeOf, lockRunRow, type RunRow, writeLife } from './run-row.ts';

export interface RunEnd {
  readonly reason: EndReason;
  /** The email of the person who ends it. */
  readonly by?: string;
  /** What went wrong, for `error`. */
  readonly errorMessage?: string;
}

/**
 * Ends a run: the one place where that happens, so whatever is to follow a run's end belongs here. Locks its
 * row, writes the end, and records one event (`run.completed`, `run.stopped`, `run.cancelled` or `run.failed`)
 * with the reason and the numbers. Call it last in the transaction, as `recordEvents` wants it, and
 * `emptyQueueOfRun` after it.
 * @param why asked for the end while the row is locked, and told whether anything of it is queued or in progress; null =
 *   it does not end after all
 * @returns the run as it was; null when it was not ended: there is none, it has ended before, `why` was null
 */
export async function endRun(
  tx: Session,
  runId: string,
  why: (run: RunRow, isOpen: boolean) => Promise<RunEnd | null>,
): Promise<RunRow | null> {
  const run = await lockRunRow(tx, runId);
  if (run?.status !== 'running') return null;
  const isOpen = await hasOpenItems(tx, runId);
  const end = await why(run, isOpen);
  if (end === null) return null;
  const life = afterEnd(lifeOf(run), end.reason, isOpen);
  if (life === null) return null;
  await writeLife(tx, run, life);
  // From now on few add to its numbers: its row is whole for whoever reads it with plain SQL.
  await tx.engine.rollUpRun(tx, runId);
  if (end.errorMessage !== undefined) {
    await tx.q
      .updateTable('ingest_runs')
      .set({ error_message: boundedMessage(end.errorMessage) })
      .where('run_id', '=', runId)
      .execute();
  }
  const open = openItemsOf(run);
  await putNotice(tx, {
    type: kindAfter[end.reason],
    title: `The run ${run.name ?? runId} has ended`,
    detail: sentenceOf(end, open),
    severity: end.reason === 'error' ? 'warning' : 'information',
    href: `/runs/${runId}`,
    data: {
      runId,
      reason: end.reason,
      total: run.items_total,
      succeeded: run.items_succeeded,
      failed: run.items_failed,
      skipped: run.items_skipped,
    },
  });
  await recordEvents(tx, [
    {
      kind: kindAfter[end.reason],
      ...(isCutShort.has(end.reason) ? { level: 'warn' as const } : {}),
      runId,
      message: sentenceOf(end, open),
      data: {
        reason: end.reason,
        by: end.by ?? null,
        open,
        total: run.items_total,
        processed: run.items_processed,
        succeeded: run.items_succeeded,
        failed: run.items_failed,
        skipped: run.items_skipped,
        discovered: run.items_discovered,
        requests: run.requests_sent,
      },
    },
  ]);
  return run;
}

const kindAfter = {
  finished: 'run.completed',
  budget: 'run.completed',
  request_budget: 'run.completed',
  time_budget: 'run.completed',
  stopped: 'run.stopped',
  cancelled: 'run.cancelled',
  error: 'run.failed',
} as const satisfies Record<EndReason, EventKind & NoticeType>;

/** Completed, and yet worth a look. */
const isCutShort: ReadonlySet<EndReason> = new Set(['request_budget', 'time_budget']);

function sentenceOf({ reason, by, errorMessage }: RunEnd, open: number): string {
  const withOpen = `with ${itemsInWords(open)} open.`;
  const rest = open === 0 ? '.' : `, ${withOpen}`;
  switch (reason) {
    case 'finished':
      return 'The run has nothing left to do.';
    case 'budget':
      return 'The run has used up its budget of items.';
    case 'request_budget':
      return `The run has used up its budget of requests${rest}`;
    case 'time_budget':
      return `The run has used up its time${rest}`;
    case 'stopped':
      return `${by ?? 'Somebody'} stopped the run ${withOpen}`;
    case 'cancelled':
      return `${by ?? 'Somebody'} cancelled the run ${withOpen}`;
    case 'error':
      return errorMessage ?? 'The run has failed.';
  }
}

export const itemsInWords = (count: number) => (count === 1 ? '1 item' : `${count} items`);

/** Items of the run that have not come to an outcome yet. */
export const openItemsOf = (run: RunRow) => run.items_total - run.items_processed;

/**
 * Settles the queued items of an ended run (see `settleUnfetched`); it is emptied once nothing of it is in progress
 * either, since until then a worker may still put something into its queue.
 * What was queued at its end is all settled; of what is queued later no more than the run's numbers have open, and the
 * rest leaves the run: plain SQL has sent it round again. Works through at most `maxChunks` × 500 items; the workers go on with the rest (`prepareRuns`), and
 * nobody claims it meanwhile. Returns how many items were handled.
 */
export async function emptyQueueOfRun(
  db: Db,
  runId: string,
  queued: 'at its end' | 'later' = 'at its end',
  maxChunks = 20,
): Promise<number> {
  let handled = 0;
  for (let chunk = 0; chunk < maxChunks; chunk += 1) {
    // What is in progress returns to the queue, or finds further items, or does neither: wait for it.
    if (!(await hasItem(db, runId, 'pending')) && (await hasOpenItems(db, runId))) break;
    const count = await db.transaction((tx) => emptyChunk(tx, runId, queued));
    if (count === 0) break;
    handled += count;
  }
  return handled;
}

async function emptyChunk(
  tx: Session,
  runId: string,
  queued: 'at its end' | 'later',
): Promise<number> {
  const run = await lockRunRow(tx, runId);
  if (run === undefined || run.status === 'running') return 0;
  const { ids, open: ofNumbers } = await readQueued(tx, runId);
  const open = queued === 'at its end' ? ids.length : ofNumbers;
  if (ids.length === 0) {
    const life = afterStep(lifeOf(run), 'emptied');
    if (life === null || (await hasOpenItems(tx, runId))) return 0;
    await writeLife(tx, run, life);
    await tx.engine.rollUpRun(tx, runId);
    return 0;
  }
  const ofRun = ids.slice(0, open);
  const { skipped, left } = await settleUnfetched(tx, runId, run, ofRun);
  const strays = await leaveRun(tx, runId, ids.slice(open));
  // All of them may have been claimed since they were read; there may be more behind them.
  return Math.max(1, skipped + left + strays);
}

/**
 * Some of what is queued in an ended run, and how many of its queued items have not come to an outcome yet. The others
 * have, and were sent round again with plain SQL, which keeps their run id. One statement sees both of one moment.
 */
async function readQueued(
  tx: Session,
  runId: string,
): Promise<{ readonly ids: readonly string[]; readonly open: number }> {
  const ofStatus = (status: WorkItemStatus) =>
    tx.q
      .selectFrom('work_items')
      .where('run_id', '=', runId)
      .where('status', '=', statusIs(status));
  const inProgress = ofStatus('in_progress').select((eb) => eb.fn.countAll<number>().as('count'));
  const open = tx.q
    .selectFrom('current_runs')
    .select(sql<number>`items_total - items_processed - ${inProgress}`.as('open'))
    .where('run_id', '=', runId);
  const query = ofStatus('pending').select(['work_item_id', open.as('open')]);
  const rows = await tx.engine.take(query, chunkSize).execute();
  return {
    ids: rows.map((row) => row.work_item_id),
    open: Math.max(0, Number(rows[0]?.open ?? 0)),
  };
}

/** Whether the run has an item of this status; reads one entry of an index. */
export function hasItem(s: Session, runId: string, status: WorkItemStatus): Promise<boolean> {
  return hasAny(s, runId, [status]);
}

/** Queued or leased. */
export const openStatuses = ['pending', 'in_progress'] as const satisfies WorkItemStatus[];

/**
 * Whether anything of the run is queued or in progress. One statement, which sees one moment: asked one after the other,
 * an item could be missed that is completed between the two while what it found is queued.
 */
function hasOpenItems(s: Session, runId: string): Promise<boolean> {
  return hasAny(s, runId, openStatuses);
}

async function hasAny(
  s: Session,
  runId: string,
  statuses: readonly WorkItemStatus[],
): Promise<boolean> {
  const query = s.q
    .selectFrom('work_items')
    .select('work_item_id')
    .where('run_id', '=', runId)
    .where('status', 'in', statuses.map(statusIs));
  return (await s.engine.take(query, 1).execute()).length > 0;
}
