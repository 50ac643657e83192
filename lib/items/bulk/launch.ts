/** Previewing and launching a bulk action: the scope is frozen and counted, the workers do the rest. */
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { type Actor, may } from '#lib/actor/model.ts';
import { requirePermission, requireSources } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError, parseInput } from '#lib/errors/app-error.ts';
import { onceIn } from '#lib/idempotency/once.ts';
import { newId } from '#lib/ids.ts';
import type { CountResult } from '#lib/paging/capped-count.ts';
import { judgeItems } from '../changes/apply.ts';
import type { Refusal } from '../changes/refusal.ts';
import { changeVerb, definitionOf, type ItemChange } from '../changes/registry.ts';
import { forwards, ofScopedChange, sourcesOfBulkAction } from '../touched.ts';
import { countInWords } from '../words.ts';
import {
  type BulkAction,
  type BulkChange,
  type BulkScope,
  bulkVerb,
  type LaunchBulkAction,
  launchBulkActionSchema,
} from './model.ts';
import { addRefusals } from './outcomes.ts';
import { expectedColumns, requireBulkAction } from './read.ts';
import { countScope, type FrozenScope, freezeScope, nextStretch, unchangedSince } from './scope.ts';

/** So many items are judged: all that a person can pick on a page. */
const sampleSize = 100;

export interface BulkPreview {
  /** To be given back when it is launched: items that begin to match after it are left alone. */
  readonly asOf: Instant;
  readonly expected: CountResult;
  readonly sample: {
    /** Items that were judged, oldest first. */
    readonly judged: number;
    readonly taken: number;
    readonly refusals: Readonly<Partial<Record<Refusal, number>>>;
    /** Whether these are all of the scope. */
    readonly isAll: boolean;
  };
  /** The change in words: "Set priority to 5", "will have priority 5; lower goes first". */
  readonly verb: string;
  readonly promise: string;
}

/**
 * Freezes and counts a scope, and judges its first hundred items; changes nothing.
 * @throws AppError `forbidden`, `input_invalid`; DatabaseError `db_statement_timeout`
 */
export async function previewBulkAction(
  db: Db,
  actor: Actor,
  change: ItemChange,
  scope: BulkScope,
): Promise<BulkPreview> {
  const definition = definitionOf(change);
  requirePermission(actor, definition.permission);
  requireSources(actor, await ofScopedChange(db, change, scope));
  const frozen = await freezeScope(db, scope);
  const [expected, first] = await Promise.all([
    countScope(db, frozen),
    nextStretch(db, frozen, null, sampleSize),
  ]);
  const since = unchangedSince(frozen);
  const { changed, refused } = await judgeItems(db, definition, change, first.ids, since);
  return {
    asOf: frozen.asOf,
    expected,
    sample: {
      judged: first.ids.length,
      taken: changed.length,
      refusals: addRefusals({}, refused),
      isAll: first.isLast,
    },
    verb: changeVerb(change),
    promise: definition.words.promise(change),
  };
}

const requestKeySchema = z.string().min(1).max(100);
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
  const { change, scope, asOf, dryRun, itemsPerSecond } = parseInput(launchBulkActionSchema, input);
  requirePermission(actor, definitionOf(change).permission);
  const frozen = await freezeScope(db, scope, asOf);
  const expected = await countScope(db, frozen);
  return inOneRequest(db, 'bulk-action.launch', requestKey, async (tx) => {
    // Says now rather than later that the run is over.
    await definitionOf(change).room?.(tx, change);
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
  return inOneRequest(db, 'bulk-action.carry-out', requestKey, async (tx) => {
    requireSomeChange(actor);
    const dryRun = await requireBulkAction(tx, bulkActionId);
    await requireBulk(tx, actor, dryRun);
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

/** Runs `work` in a transaction, once for the key. */
export function inOneRequest(
  db: Db,
  action: string,
  requestKey: string,
  work: (tx: Session) => Promise<LaunchedBulkAction>,
): Promise<LaunchedBulkAction> {
  const key = parseInput(requestKeySchema, requestKey);
  return onceIn(db, { key, action }, launchedSchema, work);
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

/** Asked before anything is looked up; which of the two it needs depends on what the action changes. */
export function requireSomeChange(actor: Actor): void {
  if (!may(actor, 'work-items:retry')) requirePermission(actor, 'work-items:change');
}

/** @throws AppError `forbidden` unless the actor may do the change to all that the action reaches */
export async function requireBulk(
  s: Session,
  actor: Actor,
  action: Pick<BulkAction, 'change' | 'scope' | 'undoOf'>,
): Promise<void> {
  requirePermission(actor, definitionOf(forwards(action.change)).permission);
  if (actor.limits?.sources) requireSources(actor, await sourcesOfBulkAction(s, action));
}

/** Puts the action where the workers find it, and records it in the audit log. */
export async function insertBulkAction(
  tx: Session,
  actor: Actor,
  given: NewBulkAction,
): Promise<LaunchedBulkAction> {
  const { change } = given;
  await requireBulk(tx, actor, given);
  const bulkActionId = newId();
  const { action, ...params } = change;
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
    summary: `Launched ${given.isDryRun ? 'a dry run' : 'a background action'}: ${bulkVerb(change)}, ${countInWords(given.expected)}`,
    after: { ...given },
  });
  return { bulkActionId };
}
