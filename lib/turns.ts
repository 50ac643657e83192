/** Work that one process of the deployment does at a time, and not again before its time. */
import type { Db } from '#db/engine.ts';
import { newId } from '#lib/ids.ts';

interface TurnTimes {
  readonly everyMs: number;
  /** After this a turn counts as given up. */
  readonly atMostMs: number;
}

/** The id of the turn; null when another process has it, or it was done less than `everyMs` ago. */
export async function takeTurn(
  db: Db,
  part: string,
  { everyMs, atMostMs }: TurnTimes,
): Promise<string | null> {
  const turn = newId();
  return db.transaction(async (tx) => {
    const known = await tx.q
      .selectFrom('totals_checks')
      .select('part')
      .where('part', '=', part)
      .executeTakeFirst();
    if (!known) await tx.q.insertInto('totals_checks').values({ part }).execute();
    const now = tx.engine.now();
    const taken = await tx.q
      .updateTable('totals_checks')
      .set({ turn_id: turn, turn_until: tx.engine.nowPlus(atMostMs) })
      .where('part', '=', part)
      .where((eb) => eb.or([eb('turn_until', 'is', null), eb('turn_until', '<=', now)]))
      .where((eb) =>
        eb.or([eb('checked_at', 'is', null), eb('checked_at', '<=', tx.engine.nowPlus(-everyMs))]),
      )
      .executeTakeFirst();
    return Number(taken.numUpdatedRows) === 1 ? turn : null;
  });
}

/** @param isDone false = it is tried again by the next who asks */
export async function endTurn(db: Db, turn: string, isDone: boolean): Promise<void> {
  await db.q
    .updateTable('totals_checks')
    .set({ turn_until: null, ...(isDone ? { checked_at: db.engine.now() } : {}) })
    .where('turn_id', '=', turn)
    .execute();
}
