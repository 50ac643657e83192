/** The next chunk of a bulk action: which items, and what is to be done with them in a transaction. */

import { chunkSize } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import { applyChange, groupChanged, judgeItems, undoChange } from '../changes/apply.ts';
import type { ChangedGroup } from '../changes/change.ts';
import { definitionOf } from '../changes/registry.ts';
import type { BulkAction } from './model.ts';
import { changedGroupsFrom, type RefusedId } from './outcomes.ts';
import type { BulkActionRow } from './read.ts';
import { nextStretch, unchangedSince } from './scope.ts';

export interface Portion {
  /** Judges or changes the items, in the transaction. */
  readonly carryOut: (tx: Session) => Promise<Outcome>;
  readonly position: string | null;
  readonly isLast: boolean;
}

export interface Outcome {
  readonly changed: readonly ChangedGroup[];
  readonly refused: readonly RefusedId[];
}

/** Reads outside the transaction; `carryOut` looks at each item again inside it. */
export function nextPortion(db: Db, row: BulkActionRow, action: BulkAction): Promise<Portion> {
  const { change, scope } = action;
  if (change.action === 'undo') return undoPortion(db, row, action);
  if (scope === null) throw new Error(`Bulk action ${row.bulk_action_id} has no scope.`);
  return scopePortion(db, row, { ...action, change, scope });
}

async function scopePortion(
  db: Db,
  row: BulkActionRow,
  action: BulkAction & {
    readonly change: Exclude<BulkAction['change'], { action: 'undo' }>;
    readonly scope: NonNullable<BulkAction['scope']>;
  },
): Promise<Portion> {
  const { change, scope, isDryRun, itemsPerSecond } = action;
  const limit = Math.min(chunkSize, itemsPerSecond ?? chunkSize);
  const { ids, position, isLast } = await nextStretch(db, scope, row.cursor_id, limit);
  const since = unchangedSince(scope);
  const definition = definitionOf(change);
  return {
    position,
    isLast,
    carryOut: async (tx) => {
      const carryOut = isDryRun ? judgeItems : applyChange;
      const { changed, refused } = await carryOut(tx, definition, change, ids, since);
      return { changed: groupChanged(changed), refused };
    },
  };
}

/** An undo goes through the outcome of the other action, chunk by chunk. */
async function undoPortion(db: Db, row: BulkActionRow, { change }: BulkAction): Promise<Portion> {
  if (change.action !== 'undo' || row.undo_of === null) throw new Error('This is no undo.');
  const query = db.q
    .selectFrom('bulk_action_chunks')
    .select(['chunk', 'changed', 'committed_at'])
    .where('bulk_action_id', '=', row.undo_of)
    .where('chunk', '>', Number(row.cursor_id ?? 0))
    .orderBy('chunk');
  const [chunk, following] = await db.engine.take(query, 2).execute();
  const groups = changedGroupsFrom(chunk?.changed ?? null);
  return {
    position: chunk ? String(chunk.chunk) : row.cursor_id,
    isLast: following === undefined,
    carryOut: async (tx) => {
      const changed: ChangedGroup[] = [];
      const refused: RefusedId[] = [];
      for (const group of groups) {
        const restored = new Set(
          await undoChange(
            tx,
            definitionOf(change.of),
            change.of,
            group,
            chunk?.committed_at ?? '',
          ),
        );
        const left = group.ids.filter((id) => !restored.has(id));
        refused.push(...left.map((id) => ({ id, reason: 'moved_on' }) as const));
        if (restored.size > 0) changed.push({ ...group, ids: [...restored] });
      }
      return { changed, refused };
    },
  };
}
