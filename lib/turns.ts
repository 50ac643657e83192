/** Work that one process of the deployment does at a time, and not again before its time. */
import type { Db, Session } from '#db/engine.ts';
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
  const { engine } = db;
  const take = ({ q }: Session) =>
    q
      .updateTable('totals_checks')
      .set({ turn_id: turn, turn_until: engine.nowPlus(atMostMs) })
      .where('part', '=', part)
      .where((eb) => eb.or([eb('turn_until', 'is', null), eb('turn_until', '<=', engine.now())]))
      .where((eb) =>
        eb.or([eb('checked_at', 'is', null), eb('checked_at', '<=', engine.nowPlus(-everyMs))]),
      )
      .executeTakeFirstOrThrow();
  if ((await take(db)).numUpdatedRows === 1n) return turn;
  const taken = await db.transaction(async (tx) => {
    const known = await tx.q
      .selectFrom('totals_checks')
      .select('part')
      .where('part', '=', part)
      .executeTakeFirst();
    if (known) return false;
    await tx.q.insertInto('totals_checks').values({ part }).execute();
    return (await take(tx)).numUpdatedRows === 1n;
  });
  return taken ? turn : null;
}

/** @param isDone false = it is tried again by the next who asks */
export async function endTurn(db: Db, turn: string, isDone: boolean): Promise<void> {
  await db.q
    .updateTable('totals_checks')
    .set({ turn_until: null, ...(isDone ? { checked_at: db.engine.now() } : {}) })
    .where('turn_id', '=', turn)
    .execute();
}
