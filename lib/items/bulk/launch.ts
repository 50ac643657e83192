/** Launching a bulk action: the scope is frozen and counted, the workers do the rest. */
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { parseInput } from '#lib/errors/parse-input.ts';
import { once } from '#lib/idempotency/once.ts';
import { newId } from '#lib/ids.ts';
import type { CountResult } from '#lib/paging/capped-count.ts';
import { roomInRun } from '../changes/move-to-run.ts';
import { countWorkItems } from '../list/list.ts';
import { type FrozenScope, filterAt, freezeScope } from './frozen-scope.ts';
import { requireBulkAction } from './get.ts';
import {
  type BulkChange,
  type LaunchBulkAction,
  launchBulkActionSchema,
  requestKeySchema,
} from './model.ts';
import { expectedColumns } from './rows.ts';
import { bulkVerb, countInWords } from './words.ts';

const launchedSchema = z.object({ bulkActionId: z.string() });
export type LaunchedBulkAction = z.output<typeof launchedSchema>;

/**
 * Launches a change of all items of a list's filter, or of at most 1,000 named ones; the workers carry
 * it out. The same request key launches one, however often it is sent.
 * @throws AppError `forbidden`, `input_invalid`, and for a move `not_found` or `run_ended` (the run)
 */
export async function launchBulkAction(
  db: Db,
  actor: Actor,
  input: LaunchBulkAction,
  requestKey: string,
): Promise<LaunchedBulkAction> {
  requirePermission(actor, 'work-items:change');
  const { change, scope, asOf, dryRun, itemsPerSecond } = parseInput(launchBulkActionSchema, input);
  const frozen = await freezeScope(db, scope, asOf);
  const expected = await countScope(db, frozen);
  return inOneRequest(db, 'bulk-action.launch', requestKey, async (tx) => {
    // Says now rather than later that the run is over.
    if (change.action === 'move_to_run') await roomInRun(tx, change.runId);
    return insertBulkAction(tx, actor, {
      change,
      scope: frozen,
      expected,
      isDryRun: dryRun,
      itemsPerSecond,
      undoOf: null,
    });
  });
}

/**
 * Carries out what a dry run has judged, with its frozen scope.
 * @throws AppError `forbidden`, `not_found`, `conflict` when it is no dry run that came to its end
 */
export function carryOutDryRun(
  db: Db,
  actor: Actor,
  bulkActionId: string,
  requestKey: string,
): Promise<LaunchedBulkAction> {
  requirePermission(actor, 'work-items:change');
  return inOneRequest(db, 'bulk-action.carry-out', requestKey, async (tx) => {
    const dryRun = await requireBulkAction(tx, bulkActionId);
    if (!dryRun.isDryRun || dryRun.status !== 'completed' || dryRun.scope === null) {
      throw new AppError('conflict', 'Only a dry run that came to its end can be carried out.', {
        remedy: 'Start the action from the list of work items.',
      });
    }
    return insertBulkAction(tx, actor, {
      change: dryRun.change,
      scope: dryRun.scope,
      expected: { kind: 'exact', count: dryRun.processed },
      isDryRun: false,
      itemsPerSecond: dryRun.itemsPerSecond,
      undoOf: null,
    });
  });
}

/** How many items a frozen scope has, as well as can be told in two seconds. */
export function countScope(s: Session, scope: FrozenScope): Promise<CountResult> {
  return 'ids' in scope
    ? Promise.resolve({ kind: 'exact', count: scope.ids.length })
    : countWorkItems(s, filterAt(scope));
}

/** Runs `work` in a transaction, once for the key. */
export function inOneRequest(
  db: Db,
  action: string,
  requestKey: string,
  work: (tx: Session) => Promise<LaunchedBulkAction>,
): Promise<LaunchedBulkAction> {
  const key = parseInput(requestKeySchema, requestKey);
  return db.transaction((tx) => once(tx, { key, action }, launchedSchema, () => work(tx)));
}

interface NewBulkAction {
  readonly change: BulkChange;
  /** Null for an undo. */
  readonly scope: FrozenScope | null;
  readonly expected: CountResult;
  readonly isDryRun: boolean;
  readonly itemsPerSecond: number | null;
  readonly undoOf: string | null;
}

/** Puts the action where the workers find it, and records it in the audit log. */
export async function insertBulkAction(
  tx: Session,
  actor: Actor,
  given: NewBulkAction,
): Promise<LaunchedBulkAction> {
  const bulkActionId = newId();
  const { action, ...params } = given.change;
  const now = tx.engine.now();
  await tx.q
    .insertInto('bulk_actions')
    .values({
      bulk_action_id: bulkActionId,
      action,
      filter: JSON.stringify(given.scope ?? {}),
      params: Object.keys(params).length > 0 ? JSON.stringify(params) : null,
      status: 'running',
      ...expectedColumns(given.expected),
      dry_run: given.isDryRun ? 1 : 0,
      items_per_second: given.itemsPerSecond,
      chunk_count: 0,
      fault_count: 0,
      undo_of: given.undoOf,
      requested_by: actor.email,
      requested_by_id: actor.userId,
      created_at: now,
      updated_at: now,
    })
    .execute();
  await recordAudit(tx, actor, {
    action: given.undoOf === null ? 'bulk-action.launch' : 'bulk-action.undo',
    targetType: 'bulk-action',
    targetId: bulkActionId,
    summary: `Launched ${given.isDryRun ? 'a dry run' : 'a background action'}: ${bulkVerb(given.change)}, ${countInWords(given.expected)}`,
    after: { ...given },
  });
  return { bulkActionId };
}
