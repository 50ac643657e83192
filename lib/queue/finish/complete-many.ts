/** Completing many items at once: one transaction, but to each item its own fence, result and error. */

import { chunksOf } from '#db/chunks.ts';
import type { Db } from '#db/engine.ts';
import { DatabaseError, type DatabaseErrorCode } from '#db/errors.ts';
import type { CompletionInput, CompletionResult } from '../model.ts';
import { complete, completeIn } from './complete.ts';

type Settled = PromiseSettledResult<CompletionResult>;

/** Most items of one transaction: what is held locked, and repeated when one of them is refused. */
const groupSize = 100;

/** See `StateStore.completeMany`. Never rejects as a whole. */
export async function completeMany(db: Db, inputs: readonly CompletionInput[]): Promise<Settled[]> {
  const settled: Settled[] = [];
  for (const group of chunksOf(inputs, groupSize))
    settled.push(...(await completeGroup(db, group)));
  return settled;
}

async function completeGroup(db: Db, group: readonly CompletionInput[]): Promise<Settled[]> {
  try {
    const results = await db.transaction((tx) => completeIn(tx, group));
    return results.map((value) => ({ status: 'fulfilled', value }));
  } catch (reason) {
    if (group.length === 1 || !isOfOneItem(reason)) {
      return group.map(() => ({ status: 'rejected', reason }));
    }
    // Nothing of the group was stored; on its own each item finds out whether it is to blame.
    const alone: Settled[] = [];
    for (const input of group) alone.push(...(await Promise.allSettled([complete(db, input)])));
    return alone;
  }
}

/** What one item can bring upon its whole group. Other faults would meet every item again. */
const ofOneItem: ReadonlySet<string> = new Set<DatabaseErrorCode>([
  'db_unique_violation',
  'db_constraint_violation',
  'db_value_too_long',
  'db_deadlock',
  'db_error',
]);

const isOfOneItem = (error: unknown): boolean =>
  !(error instanceof DatabaseError) || ofOneItem.has(error.code);
