/** What a person does to items picked in the console. */
import { z } from 'zod';
import { chunksOf } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { once } from '#lib/idempotency/once.ts';
import { type RefetchPlan, refetchPlanOf } from '#lib/revisit/refetch-plan.ts';
import { changeRecord } from './change-words.ts';
import { type ChangeableItem, changeChunk, type ItemChange } from './item-changes.ts';

export interface ChangedItems {
  readonly changed: number;
  /** Not in a status that allows it, moved meanwhile, or gone. */
  readonly refused: number;
}

const mostItems = 1000;
/** An item that moves between being read and being changed is read again so often. */
const mostTries = 5;
const resultSchema = z.object({ changed: z.number(), refused: z.number() });

/** As in the audit log: `work-items.recrawl`, `work-items.set-priority`. */
const auditActionOf = ({ action }: ItemChange) => `work-items.${action.replaceAll('_', '-')}`;

/**
 * Carries the change out on at most 1,000 items, 500 in a transaction; items that it does not take are
 * left and counted. The same request key changes nothing more.
 * @throws AppError `forbidden`, `input_invalid`, `run_ended`, `not_found` (a run), `conflict`
 */
export async function changeItems(
  db: Db,
  actor: Actor,
  change: ItemChange,
  ids: readonly string[],
  options: { readonly requestKey?: string } = {},
): Promise<ChangedItems> {
  requirePermission(actor, 'work-items:change');
  const distinct = [...new Set(ids)];
  if (distinct.length > mostItems) {
    throw new AppError('input_invalid', `At most ${mostItems} items can be changed at once.`);
  }
  let changed = 0;
  let refused = 0;
  let part = 0;
  for (const chunk of chunksOf(distinct)) {
    part += 1;
    const key = options.requestKey === undefined ? undefined : `${options.requestKey}:${part}`;
    const result = await withTries(() =>
      db.transaction((tx) => {
        const work = () => changeAndRecord(tx, actor, change, chunk);
        return key === undefined
          ? work()
          : once(tx, { key, action: auditActionOf(change) }, resultSchema, work);
      }),
    );
    changed += result.changed;
    refused += result.refused;
  }
  return { changed, refused };
}

/** Fetches the items again; those that are queued or in progress already are refused, held ones are not. */
export const recrawlItems = (db: Db, actor: Actor, ids: readonly string[]) =>
  changeItems(db, actor, { action: 'recrawl' }, ids);

/** Tries failed, skipped and held items again, with their attempts at 0. */
export const retryItems = (db: Db, actor: Actor, ids: readonly string[]) =>
  changeItems(db, actor, { action: 'retry' }, ids);

/** Skips pending and failed items. */
export const skipItems = (db: Db, actor: Actor, ids: readonly string[]) =>
  changeItems(db, actor, { action: 'skip' }, ids);

/**
 * Pins items to a plan: a fixed interval, always, never, or (`adaptive`) unpins them and takes retired
 * ones back. Errors as `changeItems`.
 */
export const pinItems = (
  db: Db,
  actor: Actor,
  ids: readonly string[],
  plan: Exclude<RefetchPlan, { kind: 'retired' }>,
) => changeItems(db, actor, { action: 'set_refetch', plan }, ids);

/** Keeps the items and their records, but has nobody fetch them; queued ones are refused. */
export const retireItems = (db: Db, actor: Actor, ids: readonly string[]) =>
  changeItems(db, actor, { action: 'set_refetch', plan: { kind: 'retired' } }, ids);

async function changeAndRecord(
  tx: Session,
  actor: Actor,
  change: ItemChange,
  ids: readonly string[],
): Promise<ChangedItems> {
  const { changed, refused } = await changeChunk(tx, change, ids);
  const [first] = changed;
  if (first) {
    await recordAudit(tx, actor, {
      action: auditActionOf(change),
      targetType: 'work-item',
      targetId: changed.length === 1 ? first.work_item_id : null,
      summary: changeRecord(change, changed.length),
      before: changed.map((item) => beforeOf(change, item)),
      ...(hasTarget(change) ? { after: change } : {}),
    });
  }
  return { changed: changed.length, refused: refused.length };
}

const hasTarget = ({ action }: ItemChange) =>
  action === 'set_priority' || action === 'move_to_run' || action === 'set_refetch';

function beforeOf(change: ItemChange, item: ChangeableItem) {
  const { work_item_id: id, status } = item;
  if (change.action === 'set_priority') return { id, priority: item.priority };
  if (change.action === 'set_refetch') return { id, plan: refetchPlanOf(item) };
  return change.action === 'move_to_run' ? { id, runId: item.run_id } : { id, status };
}

async function withTries<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const isRace = error instanceof AppError && error.code === 'conflict';
      if (!isRace || tries === mostTries) throw error;
    }
  }
}
