/** What a change would do, before it is launched: how many items, and what becomes of the first of them. */
import type { Db } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import type { CountResult } from '#lib/paging/capped-count.ts';
import { type ItemChange, judgeItems } from '../changes/item-changes.ts';
import type { Refusal } from '../changes/refusal.ts';
import { freezeScope, unchangedSince } from './frozen-scope.ts';
import { countScope } from './launch.ts';
import type { BulkScope } from './model.ts';
import { addRefusals } from './rows.ts';
import { nextStretch } from './walk.ts';

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
  requirePermission(actor, 'work-items:change');
  const frozen = await freezeScope(db, scope);
  const [expected, first] = await Promise.all([
    countScope(db, frozen),
    nextStretch(db, frozen, null, sampleSize),
  ]);
  const { taken, refused } = await judgeItems(db, change, first.ids, unchangedSince(frozen));
  return {
    asOf: frozen.asOf,
    expected,
    sample: {
      judged: first.ids.length,
      taken: taken.length,
      refusals: addRefusals({}, refused),
      isAll: first.isLast,
    },
  };
}
