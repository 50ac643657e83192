/** What a worker that found nothing more to claim leaves behind. */
import { type SelectQueryBuilder, sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { sourcesWithReadyItems } from './claim/claimable.ts';
import { statusIs } from './lease/leased-item.ts';

export interface OwnedLeases {
  readonly owner: string | null;
  /** When the last of them ends. */
  readonly until: Instant;
  readonly endsInMs: number;
}

/** The leases that are held, by who holds them. */
export async function leasesByOwner({ q, engine }: Session): Promise<OwnedLeases[]> {
  const rows = await q
    .selectFrom('work_items')
    .select((eb) => [
      'lease_owner',
      eb.fn.max('lease_until').as('until'),
      engine.diffMs(engine.now(), eb.fn.max('lease_until')).as('ends_in_ms'),
    ])
    .where('status', '=', statusIs('in_progress'))
    .where('lease_until', 'is not', null)
    .groupBy('lease_owner')
    .execute();
  return rows.flatMap(({ lease_owner: owner, until, ends_in_ms: endsInMs }) =>
    until === null ? [] : [{ owner, until, endsInMs: Number(endsInMs ?? 0) }],
  );
}

export interface ItemsLeft {
  /** For a retry or another moment. */
  readonly waiting: number;
  /** In the hands of workers, or of one that died. */
  readonly leased: number;
  /** Ready items of sources that may be asked: their host, source or run does not let them go now. */
  readonly ready: boolean;
}

/** Counts go as far as this. */
const countedTo = 10_000;

/** Items that are not done, those on hold and those of paused sources left aside: a person has put them there. */
export async function itemsLeft(session: Session): Promise<ItemsLeft> {
  const { q, engine } = session;
  const waiting = q.selectFrom(engine.pendingBy('due').as('item')).select('work_item_id');
  const leased = q
    .selectFrom('work_items')
    .select('work_item_id')
    .where('status', '=', statusIs('in_progress'));
  const counted = <TB extends keyof DB, DB>(query: SelectQueryBuilder<DB, TB, unknown>) =>
    sql<number>`(select count(*) from ${engine.take(query, countedTo)} as counted)`;
  const row = await q
    .selectNoFrom([
      counted(waiting).as('waiting'),
      counted(leased).as('leased'),
      sql<number>`case when exists ${sourcesWithReadyItems(session)} then 1 else 0 end`.as('ready'),
    ])
    .executeTakeFirstOrThrow();
  return {
    waiting: Number(row.waiting),
    leased: Number(row.leased),
    ready: row.ready === 1,
  };
}
