/**
 * Proves the kept totals, one part at a time: the totals of one source, or those of all hosts. What the
 * triggers keep cannot drift by itself; a trigger that was dropped, or switched off for a bulk load, makes it.
 */
import { sql, type UpdateObject } from 'kysely';
import type { Db, Engine, Session } from '#db/engine.ts';
import { DatabaseError, isStatementTimeout } from '#db/errors.ts';
import type { Database, Instant } from '#db/schema.ts';
import type { TotalsDrift, TotalsPart } from '#db/totals.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import { newId } from '#lib/ids.ts';

/** How often each part is compared, ms. */
const usuallyEveryMs = 3_600_000;
/** After this a comparison counts as given up, ms. */
const turnMs = 600_000;

export interface CheckedTotals {
  readonly of: string;
  /** `busy`: the totals changed all the time, so that nothing can be said this time. */
  readonly outcome: 'exact' | 'repaired' | 'busy';
  readonly drift: readonly TotalsDrift[];
}

/**
 * Compares the part that waits longest, and sets right what has drifted. The reading holds up no writer;
 * triggers keep what was measured true until it is repaired, so that needs no lock either. Null when nothing
 * is due, or another process was faster.
 */
export async function checkNextTotals(
  db: Db,
  everyMs = usuallyEveryMs,
): Promise<CheckedTotals | null> {
  const turn = await takeTurn(db, everyMs);
  if (!turn) return null;
  const measured = await measure(db, turn.part);
  const drift = measured === 'busy' ? [] : measured;
  const outcome = measured === 'busy' ? 'busy' : drift.length > 0 ? 'repaired' : 'exact';
  const ended =
    drift.length === 0
      ? await leaveTurn(db, namedTurn(turn), { outcome })
      : await db.transaction((tx) => repairAndLeave(tx, turn, drift));
  return ended ? { of: wordsFor(turn.part), outcome, drift } : null;
}

/** How often the queue is compared with the items, ms. */
const queueEveryMs = 60_000;
const queueName = 'queue';
const hostsName = 'hosts';
const sourcePrefix = 'source:';

/**
 * Compares the queue with the items, and sets right what came in without the trigger that keeps it, which nobody would
 * claim. Returns how many there were; null when it is not due, or another process does it.
 */
export async function repairQueue(db: Db, everyMs = queueEveryMs): Promise<number | null> {
  const turn = await takeNamedTurn(db, [queueName], everyMs);
  if (!turn) return null;
  const repaired = await db.engine.repairQueue(db);
  if (repaired === 0) {
    await leaveTurn(db, turn, { outcome: 'exact' });
    return 0;
  }
  await db.transaction(async (tx) => {
    await leaveTurn(tx, turn, { outcome: 'exact' });
    const items = repaired === 1 ? '1 item was' : `${repaired} items were`;
    await recordEvents(tx, [
      {
        kind: 'queue.repaired',
        message: `The queue was compared with the items: ${items} not as they should be, and set right. A bulk copy or a disabled trigger leaves such items.`,
        data: { repaired },
      },
    ]);
  });
  return repaired;
}

interface Turn {
  readonly id: string;
  readonly part: TotalsPart;
}

const namedTurn = ({ id, part }: Turn) => ({ id, name: nameOfPart(part) });

async function measure(db: Db, part: TotalsPart): Promise<readonly TotalsDrift[] | 'busy'> {
  try {
    return await db.engine.measureDrift(db, part);
  } catch (error) {
    if (isStatementTimeout(error)) return 'busy';
    throw error;
  }
}

async function takeTurn(db: Db, everyMs: number): Promise<Turn | null> {
  const names = [...(await sourceNames(db)).map((name) => `${sourcePrefix}${name}`), hostsName];
  const turn = await takeNamedTurn(db, names, everyMs);
  return turn && { id: turn.id, part: partFromName(turn.name) };
}

/** Of these, the one that waits longest, if it is due; one process has it at a time. */
async function takeNamedTurn(
  db: Db,
  names: readonly string[],
  everyMs: number,
): Promise<{ readonly id: string; readonly name: string } | null> {
  const { engine } = db;
  const known = await db.q
    .selectFrom('totals_checks')
    .select(['part', 'checked_at'])
    .select(sql<number>`case when ${isFreeAndDue(engine, everyMs)} then 1 else 0 end`.as('open'))
    .execute();
  const byName = new Map(known.map((row) => [row.part, row]));
  const [next] = names
    .map((name) => ({ name, row: byName.get(name) }))
    .filter(({ row }) => !row || Number(row.open) === 1)
    .sort((a, b) => (a.row?.checked_at ?? '').localeCompare(b.row?.checked_at ?? ''));
  if (!next) return null;
  const id = newId();
  const turn = { turn_id: id, turn_until: engine.nowPlus(turnMs) };
  const taken = next.row
    ? await takeOpenTurn(db, next.name, turn, everyMs)
    : await insertTurn(db, next.name, turn);
  return taken ? { id, name: next.name } : null;
}

const isFreeAndDue = (engine: Engine, everyMs: number) =>
  sql<boolean>`(turn_id is null or turn_until < ${engine.now()})
    and (checked_at is null or checked_at <= ${engine.nowPlus(-everyMs)})`;

interface TurnTaken {
  readonly turn_id: string;
  readonly turn_until: ReturnType<Engine['nowPlus']>;
}

async function takeOpenTurn(
  { q, engine }: Session,
  name: string,
  turn: TurnTaken,
  everyMs: number,
): Promise<boolean> {
  const { numUpdatedRows } = await q
    .updateTable('totals_checks')
    .set(turn)
    .where('part', '=', name)
    .where(isFreeAndDue(engine, everyMs))
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

/** Two at once meet at the primary key: one of them has it. */
async function insertTurn({ q }: Session, name: string, turn: TurnTaken): Promise<boolean> {
  try {
    await q
      .insertInto('totals_checks')
      .values({ part: name, ...turn })
      .execute();
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === 'db_unique_violation') return false;
    throw error;
  }
}

const comparisons = ({ q, engine }: Session, everyMs: number) =>
  q.selectFrom('totals_checks').select('part').where(isFreeAndDue(engine, everyMs));

/**
 * Parts of the totals that wait to be compared. One that never was has no row here, and has its turn when another is
 * due: the hosts have a row from the beginning.
 */
export const dueComparisons = (session: Session) =>
  comparisons(session, usuallyEveryMs).where((eb) =>
    eb.or([eb('part', '=', hostsName), eb('part', 'like', `${sourcePrefix}%`)]),
  );

/** The same of the queue. */
export const dueQueueComparisons = (session: Session) =>
  comparisons(session, queueEveryMs).where('part', '=', queueName);

/** By the totals and by the items, one seek for each name: a total that is missing is wrong as well. */
async function sourceNames({ q, engine }: Session): Promise<string[]> {
  const kept = await q.selectFrom('source_totals').select('source_name').distinct().execute();
  const names = new Set(kept.map((row) => row.source_name));
  const first = engine.take(
    q.selectFrom('work_items').select('source_name').orderBy('source_name'),
    1,
  );
  let row = await first.executeTakeFirst();
  while (row) {
    names.add(row.source_name);
    row = await first.where('source_name', '>', row.source_name).executeTakeFirst();
  }
  return [...names].sort();
}

/** Gives the turn back with what was found; false when another process has taken it meanwhile. */
async function leaveTurn(
  tx: Session,
  { id, name }: { readonly id: string; readonly name: string },
  found: UpdateObject<Database, 'totals_checks'>,
): Promise<boolean> {
  const left = await tx.q
    .updateTable('totals_checks')
    .set({ turn_id: null, turn_until: null, checked_at: tx.engine.now(), ...found })
    .where('part', '=', name)
    .where('turn_id', '=', id)
    .executeTakeFirstOrThrow();
  return left.numUpdatedRows === 1n;
}

/** Repairs in the transaction that gives the turn back: a process that lost it changes nothing. */
async function repairAndLeave(
  tx: Session,
  turn: Turn,
  drift: readonly TotalsDrift[],
): Promise<boolean> {
  const { engine } = tx;
  const { part } = turn;
  const off = drift.reduce((sum, { difference }) => sum + Math.abs(difference), 0);
  const found = { outcome: 'repaired', drifted_at: engine.now(), drift: off } as const;
  if (!(await leaveTurn(tx, namedTurn(turn), found))) return false;
  await engine.repairTotals(tx, part, drift);
  await recordEvents(tx, [
    {
      kind: 'totals.repaired',
      message: `Totals of ${wordsFor(part)} were off by ${off} items, and were set right.`,
      sourceName: part.of === 'source' ? part.sourceName : null,
      data: {
        totals: drift
          .slice(0, 20)
          .map(({ key, itemCount, difference }) => ({ key: [...key], itemCount, difference })),
      },
    },
  ]);
  return true;
}

const nameOfPart = (part: TotalsPart) =>
  part.of === 'hosts' ? hostsName : `${sourcePrefix}${part.sourceName}`;

const partFromName = (name: string): TotalsPart =>
  name.startsWith(sourcePrefix)
    ? { of: 'source', sourceName: name.slice(sourcePrefix.length) }
    : { of: 'hosts' };

/** For a sentence: `source “wiki”` or `the hosts`. */
const wordsFor = (part: TotalsPart) =>
  part.of === 'hosts' ? 'the hosts' : `source “${part.sourceName}”`;

export interface RepairedTotals {
  /** `source “wiki”` or `the hosts`. */
  readonly of: string;
  /** By how many items the totals were off, all together. */
  readonly drift: number;
  readonly at: Instant;
}

const lately = 24 * 3_600_000;
const mostTold = 20;

/** Of the last 24 hours, the greatest drift first; one row per source at most is looked at. */
export async function readRepairedTotals({ q, engine }: Session): Promise<RepairedTotals[]> {
  const query = q
    .selectFrom('totals_checks')
    .select(['part', 'drift', 'drifted_at'])
    .where('drifted_at', '>=', engine.nowPlus(-lately))
    .orderBy('drift', 'desc')
    .orderBy('part');
  const rows = await engine.take(query, mostTold).execute();
  return rows.map((row) => ({
    of: wordsFor(partFromName(row.part)),
    drift: Number(row.drift),
    at: row.drifted_at ?? '',
  }));
}
