/**
 * The workers' part of bulk actions: chunk after chunk, each in one transaction with the action's
 * position and the outcome of its items. A crash at any moment costs at most a chunk that was not
 * committed, and nothing is done twice.
 */

import { sql } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError, toPublicError } from '#lib/errors/app-error.ts';
import { readNow } from '#lib/now.ts';
import { bulkOutcome, bulkVerb } from './model.ts';
import { addRefusals, groupRefused } from './outcomes.ts';
import { nextPortion, type Outcome } from './portion.ts';
import {
  type BulkActionRow,
  bulkActionFromRow,
  refusalCountsOf,
  requireBulkAction,
} from './read.ts';

/** A worker that stops renewing its lease of an action loses it after this time. */
const leaseMs = 15_000;
/** The worker has other duties, ms. */
const roundMs = 2_000;
const mostActions = 10;
const mostTries = 5;
/** An action whose chunks fail so often in a row is given up. */
const mostFaults = 8;
/** A throttled action that nobody worked on for longer than this does not catch up the rest, ms. */
const longestCatchUpMs = 2_000;

interface WorkOptions {
  /** Names the worker; the lease of an action is its own. */
  readonly owner: string;
  /** Ends the round after the current chunk. */
  readonly signal?: AbortSignal;
  /** Ends the round after so many chunks; absent = when its time is over. */
  readonly mostChunks?: number;
}

/**
 * One round over the running bulk actions, each in turn, for about two seconds. Returns how many items
 * were processed.
 * @throws what a chunk failed with unexpectedly, after the action was postponed
 */
export async function workOnBulkActions(db: Db, options: WorkOptions): Promise<number> {
  const { owner, signal, mostChunks = Number.POSITIVE_INFINITY } = options;
  const startedAt = performance.now();
  let waiting = await readDueActions(db);
  let processed = 0;
  for (let chunks = 0; waiting.length > 0; ) {
    const goOn: string[] = [];
    for (const id of waiting) {
      const isOver = chunks >= mostChunks || performance.now() - startedAt > roundMs;
      if (isOver || signal?.aborted) return processed;
      const step = await takeStep(db, id, owner);
      processed += step.processed;
      chunks += 1;
      if (step.hasMore) goOn.push(id);
    }
    waiting = goOn;
  }
  return processed;
}

/** Running ones whose throttle lets them go on. */
export const dueActions = ({ q, engine }: Session) =>
  q
    .selectFrom('bulk_actions')
    .select('bulk_action_id')
    // A literal: SQL Server does not use a filtered index for a parameter.
    .where('status', '=', sql.lit('running'))
    .where((eb) =>
      eb.or([eb('next_chunk_at', 'is', null), eb('next_chunk_at', '<=', engine.now())]),
    );

async function readDueActions(db: Db): Promise<string[]> {
  const query = dueActions(db).orderBy('bulk_action_id');
  const rows = await db.engine.take(query, mostActions).execute();
  return rows.map((row) => row.bulk_action_id);
}

interface Step {
  readonly processed: number;
  /** False when it ended, waits, or is leased by another worker. */
  readonly hasMore: boolean;
}

const nothing: Step = { processed: 0, hasMore: false };

async function takeStep(db: Db, id: string, owner: string): Promise<Step> {
  const row = await takeLease(db, id, owner);
  if (!row) return nothing;
  for (let tries = 1; ; tries += 1) {
    try {
      return await carryOutChunk(db, row, owner);
    } catch (error) {
      // An item moved between being read and being changed: look again.
      if (error instanceof AppError && error.code === 'conflict' && tries < mostTries) continue;
      // Where not even this can be written, the lease ends by itself.
      const hasEnded = await recordFault(db, row, owner, error).catch(() => false);
      // What cannot go on (its run has ended, say) has said so to who reads it: no fault of the worker's.
      if (hasEnded && isFinal(error)) return nothing;
      throw error;
    }
  }
}

/** The action, if it runs, is due, and nobody else works on it. */
async function takeLease(db: Db, id: string, owner: string): Promise<BulkActionRow | undefined> {
  const now = db.engine.now();
  const taken = await db.q
    .updateTable('bulk_actions')
    .set({ lease_owner: owner, lease_until: db.engine.nowPlus(leaseMs) })
    .where('bulk_action_id', '=', id)
    .where('status', '=', 'running')
    .where((eb) => eb.or([eb('next_chunk_at', 'is', null), eb('next_chunk_at', '<=', now)]))
    .where((eb) =>
      eb.or([
        eb('lease_owner', 'is', null),
        eb('lease_owner', '=', owner),
        eb('lease_until', '<', now),
      ]),
    )
    .executeTakeFirst();
  if (Number(taken.numUpdatedRows) !== 1) return undefined;
  return db.q
    .selectFrom('bulk_actions')
    .selectAll()
    .where('bulk_action_id', '=', id)
    .where('lease_owner', '=', owner)
    .executeTakeFirst();
}

async function carryOutChunk(db: Db, row: BulkActionRow, owner: string): Promise<Step> {
  const action = bulkActionFromRow(row);
  const portion = await nextPortion(db, row, action);
  return db.transaction(async (tx) => {
    // Holds the action's row; another worker may have gone on with it, or a person stopped it.
    const mine = await tx.q
      .updateTable('bulk_actions')
      .set({ lease_until: tx.engine.nowPlus(leaseMs) })
      .where('bulk_action_id', '=', row.bulk_action_id)
      .where('status', '=', 'running')
      .where('lease_owner', '=', owner)
      .where('chunk_count', '=', row.chunk_count)
      .executeTakeFirst();
    if (Number(mine.numUpdatedRows) !== 1) return nothing;
    const outcome = await portion.carryOut(tx);
    const changed = outcome.changed.reduce((sum, { ids }) => sum + ids.length, 0);
    const processed = changed + outcome.refused.length;
    const now = await readNow(tx);
    const chunk = Number(row.chunk_count) + 1;
    if (processed > 0) await keepOutcome(tx, row.bulk_action_id, chunk, outcome, changed);
    const nextChunkAt = throttledUntil(row, processed, now);
    await tx.q
      .updateTable('bulk_actions')
      .set({
        // A stretch without a match is no chunk, but the position moves on.
        chunk_count: processed > 0 ? chunk : row.chunk_count,
        cursor_id: portion.position,
        processed_count: row.processed_count + processed,
        changed_count: row.changed_count + changed,
        skipped_count: row.skipped_count + outcome.refused.length,
        refusals: JSON.stringify(addRefusals(refusalCountsOf(row), outcome.refused)),
        fault_count: 0,
        updated_at: tx.engine.now(),
        next_chunk_at: nextChunkAt === null ? null : tx.engine.instantParam(nextChunkAt),
        ...(portion.isLast
          ? { status: 'completed', finished_at: tx.engine.now(), lease_owner: null }
          : {}),
      })
      .where('bulk_action_id', '=', row.bulk_action_id)
      .execute();
    if (portion.isLast) await recordEnd(tx, row.bulk_action_id);
    const waits = nextChunkAt !== null && nextChunkAt > now;
    return { processed, hasMore: !portion.isLast && !waits };
  });
}

async function keepOutcome(
  tx: Session,
  bulkActionId: string,
  chunk: number,
  { changed, refused }: Outcome,
  changedCount: number,
): Promise<void> {
  await tx.q
    .insertInto('bulk_action_chunks')
    .values({
      bulk_action_id: bulkActionId,
      chunk,
      changed_count: changedCount,
      refused_count: refused.length,
      changed: changed.length > 0 ? JSON.stringify(changed) : null,
      refused: refused.length > 0 ? JSON.stringify(groupRefused(refused)) : null,
      committed_at: tx.engine.now(),
    })
    .execute();
}

/**
 * The moment before which the throttle lets no more items be processed: a share of a second for each,
 * counted from the moment before, so that the rate holds however often a worker has its round. All by the
 * database's clock.
 */
function throttledUntil(row: BulkActionRow, items: number, now: Instant): Instant | null {
  if (row.items_per_second === null) return null;
  const nowMs = Date.parse(now);
  const plannedMs = row.next_chunk_at === null ? nowMs : Date.parse(row.next_chunk_at);
  const fromMs = Math.max(plannedMs, nowMs - longestCatchUpMs);
  return new Date(fromMs + Math.ceil((items / row.items_per_second) * 1_000)).toISOString();
}

/** Postpones the action, longer each time; one that cannot continue, or keeps failing, is failed: then true. */
async function recordFault(
  db: Db,
  row: BulkActionRow,
  owner: string,
  error: unknown,
): Promise<boolean> {
  const faults = Number(row.fault_count) + 1;
  const isOver = isFinal(error) || faults >= mostFaults;
  return db.transaction(async (tx) => {
    const { numUpdatedRows } = await tx.q
      .updateTable('bulk_actions')
      .set({
        fault_count: faults,
        next_chunk_at: tx.engine.nowPlus(Math.min(60_000, 500 * 2 ** faults)),
        lease_owner: null,
        updated_at: tx.engine.now(),
        ...(isOver
          ? {
              status: 'failed',
              finished_at: tx.engine.now(),
              error_message: toPublicError(error).message,
            }
          : {}),
      })
      .where('bulk_action_id', '=', row.bulk_action_id)
      .where('status', '=', 'running')
      .where('lease_owner', '=', owner)
      .executeTakeFirst();
    const hasEnded = isOver && Number(numUpdatedRows) === 1;
    if (hasEnded) await recordEnd(tx, row.bulk_action_id);
    return hasEnded;
  });
}

/** Trying again would come to the same. */
const isFinal = (error: unknown) => error instanceof AppError && error.code !== 'conflict';

/** Call in the transaction that ends the action. */
async function recordEnd(tx: Session, bulkActionId: string): Promise<void> {
  const action = await requireBulkAction(tx, bulkActionId);
  const { requested_by_id: userId } = await tx.q
    .selectFrom('bulk_actions')
    .select('requested_by_id')
    .where('bulk_action_id', '=', bulkActionId)
    .executeTakeFirstOrThrow();
  const left = action.refused > 0 ? `; ${action.refused} were left as they are` : '';
  const ended = action.status === 'failed' ? 'Failed' : 'Finished';
  // Only its name is recorded; the role is not checked.
  const actor = { userId, email: action.requestedBy ?? 'system:worker', role: 'operator' } as const;
  await recordAudit(tx, actor, {
    action: action.status === 'failed' ? 'bulk-action.fail' : 'bulk-action.finish',
    targetType: 'bulk-action',
    targetId: bulkActionId,
    summary: `${ended} a ${action.isDryRun ? 'dry run' : 'background action'}: ${bulkVerb(action.change)}; ${bulkOutcome(action)}${left}`,
    after: { changed: action.changed, refused: action.refused, refusals: action.refusals },
  });
}
