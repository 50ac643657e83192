/** What a person does to items picked in the console: recrawl, retry, skip. */
import type { ExpressionBuilder } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import type { Database } from '#db/schema.ts';
import type { Actor } from '#lib/access/model.ts';
import { requirePermission } from '#lib/access/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { adjustRun, correctRun, outcomeDeltas } from '#lib/runs/run-numbers.ts';
import { chunksOf } from './chunks.ts';
import { statusIs } from './held-item.ts';
import { holdReason } from './hold.ts';
import type { WorkItemStatus } from './model.ts';
import { type ReopenCandidate, reopenItems } from './reopen.ts';

export interface ChangedItems {
  readonly changed: number;
  /** Not in a status that allows it, moved meanwhile, or gone. */
  readonly refused: number;
}

const mostItems = 1000;

const counted = (count: number) => (count === 1 ? '1 item' : `${count} items`);

/** Fetches the items again; those that are queued or in progress already are refused, held ones are not. */
export function recrawlItems(db: Db, actor: Actor, ids: readonly string[]): Promise<ChangedItems> {
  return changeItems(db, actor, ids, {
    action: 'work-items.recrawl',
    sentence: (count) => `Sent ${counted(count)} to be fetched again`,
    from: ['completed', 'failed', 'skipped', 'held'],
    apply: (tx, items) => reopenItems(tx, items, {}),
  });
}

/** Tries failed, skipped and held items again, with their attempts at 0. */
export function retryItems(db: Db, actor: Actor, ids: readonly string[]): Promise<ChangedItems> {
  return changeItems(db, actor, ids, {
    action: 'work-items.retry',
    sentence: (count) => `Retried ${counted(count)}`,
    from: ['failed', 'skipped', 'held'],
    apply: (tx, items) => reopenItems(tx, items, {}),
  });
}

/** Skips pending and failed items. */
export function skipItems(db: Db, actor: Actor, ids: readonly string[]): Promise<ChangedItems> {
  return changeItems(db, actor, ids, {
    action: 'work-items.skip',
    sentence: (count) => `Skipped ${counted(count)}`,
    from: ['pending', 'failed'],
    apply: skipAll,
  });
}

interface Change {
  readonly action: string;
  readonly sentence: (count: number) => string;
  /** `held`: pending items whose run was stopped. */
  readonly from: readonly (WorkItemStatus | 'held')[];
  readonly apply: (tx: Session, items: readonly ReopenCandidate[]) => Promise<number>;
}

async function changeItems(
  db: Db,
  actor: Actor,
  ids: readonly string[],
  change: Change,
): Promise<ChangedItems> {
  requirePermission(actor, 'work-items:change');
  const distinct = [...new Set(ids)];
  if (distinct.length > mostItems) {
    throw new AppError('input_invalid', `At most ${mostItems} items can be changed at once.`);
  }
  let changed = 0;
  for (const chunk of chunksOf(distinct)) {
    changed += await db.transaction(async (tx) => {
      const items = await tx.q
        .selectFrom('work_items')
        .select(['work_item_id', 'status', 'run_id'])
        .where('work_item_id', 'in', chunk)
        .where((eb) => eb.or(change.from.map((from) => standing(eb, from))))
        .execute();
      const count = await change.apply(tx, items);
      if (count > 0) await auditChange(tx, actor, change, items, count);
      return count;
    });
  }
  return { changed, refused: distinct.length - changed };
}

const standing = (eb: ExpressionBuilder<Database, 'work_items'>, from: WorkItemStatus | 'held') =>
  from === 'held'
    ? eb.and([eb('status', '=', statusIs('pending')), eb('wait_reason', '=', holdReason)])
    : eb('status', '=', statusIs(from));

async function skipAll(tx: Session, items: readonly ReopenCandidate[]): Promise<number> {
  let skipped = 0;
  for (const item of items) {
    const result = await tx.q
      .updateTable('work_items')
      .set({ status: 'skipped', wait_reason: null, updated_at: tx.engine.now() })
      .where('work_item_id', '=', item.work_item_id)
      .where('status', '=', statusIs(item.status))
      .executeTakeFirst();
    if (Number(result.numUpdatedRows) !== 1) continue;
    skipped += 1;
    await noteSkipped(tx, item);
  }
  return skipped;
}

/** A pending item comes to its end in its run; a failed one only changes its outcome. */
async function noteSkipped(tx: Session, item: ReopenCandidate): Promise<void> {
  if (item.status === 'failed') await correctRun(tx, item.run_id, { failed: -1, skipped: 1 });
  else await adjustRun(tx, item.run_id, outcomeDeltas('skipped', 1));
}

function auditChange(
  tx: Session,
  actor: Actor,
  change: Change,
  items: readonly ReopenCandidate[],
  count: number,
): Promise<void> {
  const [first] = items;
  return recordAudit(tx, actor, {
    action: change.action,
    targetType: 'work-item',
    targetId: items.length === 1 && first ? first.work_item_id : null,
    summary: change.sentence(count),
    before: items.map(({ work_item_id: id, status }) => ({ id, status })),
  });
}
