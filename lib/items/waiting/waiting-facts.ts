/** What `whyWaiting` asks for, read for one item. Nothing here costs more because the queue is long. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { budgetLeft } from '#lib/hosts/budget.ts';
import { isUuid } from '#lib/ids.ts';
import { readNow } from '#lib/now.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import { budgetIsSpent } from '#lib/queue/runs/conditions.ts';
import { readStop } from '#lib/stops/read-stop.ts';
import { readCrew } from '#lib/workers/list-workers.ts';
import type { WaitingFacts } from './waiting-reasons.ts';

/** Items ahead are counted no further: "1,000" says as much as "12,345" to somebody who waits. */
const aheadCap = 1_000;

/**
 * Runs by text: ids of an older database's items need not be the UUIDs that `ingest_runs` holds, so
 * such an item simply has no run here.
 */
export async function readRunOfItem(session: Session, { runId }: WorkItem) {
  if (runId === null || !isUuid(runId)) return undefined;
  return session.q
    .selectFrom('current_runs')
    .select(['run_id', 'name', 'kind', 'status', 'paused_at', 'started_at', 'source_revisions'])
    .select(
      sql<number>`case when ${budgetIsSpent(session.engine)} then 1 else 0 end`.as('is_spent'),
    )
    .where('run_id', '=', runId)
    .executeTakeFirst();
}

export async function readSourceOfItem(session: Session, item: WorkItem) {
  return session.q
    .selectFrom('sources')
    .select([
      'source_id',
      'name',
      'enabled',
      'paused_at',
      'paused_reason',
      'paused_until',
      'rate_delay_ms',
      'max_attempts',
      'next_slot_at',
      'slot_until',
    ])
    .where('source_type', '=', item.sourceSystem)
    .where('name', '=', item.sourceName)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
}

interface OfItem {
  readonly run: Awaited<ReturnType<typeof readRunOfItem>>;
  readonly source: Awaited<ReturnType<typeof readSourceOfItem>>;
}

export async function readWaitingFacts(
  session: Session,
  item: WorkItem,
  { run, source }: OfItem,
): Promise<WaitingFacts> {
  const [now, stop, host, crew, ahead] = await Promise.all([
    readNow(session),
    readStop(session),
    item.host === null ? null : readHost(session, item.host),
    readCrew(session),
    item.status === 'pending' ? countAhead(session, item) : null,
  ]);
  return {
    now,
    stop,
    item,
    source: source
      ? {
          name: source.name,
          enabled: source.enabled === 1,
          pausedAt: source.paused_at,
          pausedReason: source.paused_reason,
          pausedUntil: source.paused_until,
          rateDelayMs: source.rate_delay_ms,
          maxAttempts: source.max_attempts,
          nextSlotAt: source.next_slot_at,
          slotUntil: source.slot_until,
        }
      : null,
    host,
    run: run
      ? { status: run.status, pausedAt: run.paused_at, budgetSpent: run.is_spent === 1 }
      : null,
    workersAlive: crew.alive,
    lowDisk: crew.lowDisk,
    ahead,
  };
}

async function readHost(session: Session, host: string): Promise<WaitingFacts['host']> {
  const row = await session.q
    .selectFrom('hosts')
    .select([
      'blocked_until',
      'blocked_reason',
      'pace_ms',
      'next_slot_at',
      'slot_until',
      'concurrency',
    ])
    .where('host', '=', host)
    .executeTakeFirst();
  if (!row) return null;
  const budget = await budgetLeft(session, host);
  return {
    blockedUntil: row.blocked_until,
    blockedReason: row.blocked_reason,
    delayMs: row.pace_ms,
    nextSlotAt: row.next_slot_at,
    slotUntil: row.slot_until,
    budget:
      budget === null || budget.remaining > 0
        ? null
        : { resetsAt: await momentIn(session, budget.resetsInMs) },
    room:
      row.concurrency === null
        ? null
        : { most: row.concurrency, inFlight: await countInFlight(session, host) },
  };
}

async function momentIn({ q, engine }: Session, ms: number | null): Promise<Instant | null> {
  if (ms === null) return null;
  const row = await q.selectNoFrom(engine.nowPlus(ms).as('then')).executeTakeFirstOrThrow();
  return row.then;
}

/** Leased items of the host; there are never more than the fleet has in flight. */
async function countInFlight({ q }: Session, host: string): Promise<number> {
  const { total } = await q
    .selectFrom('work_items')
    .select(sql<number>`count(*)`.as('total'))
    .where(sql<boolean>`status = ${sql.lit('in_progress')}`)
    .where('host', '=', host)
    .executeTakeFirstOrThrow();
  return Number(total);
}

/** Ready items of the same source that go first; null when there are too many to count. */
async function countAhead(session: Session, item: WorkItem): Promise<number | null> {
  const { engine } = session;
  // Two ranges of the source's order, each sought: one condition over both would walk the whole source.
  const counts = [
    await countOf(session, item, sql`priority < ${item.priority}`),
    await countOf(
      session,
      item,
      sql`priority = ${item.priority} and created_at <= ${engine.instantParam(item.createdAt)}
        and (created_at < ${engine.instantParam(item.createdAt)} or work_item_id < ${item.workItemId})`,
    ),
  ];
  const count = counts.reduce((sum, n) => sum + n, 0);
  return count > aheadCap ? null : count;
}

async function countOf(
  { engine, q }: Session,
  item: WorkItem,
  before: ReturnType<typeof sql>,
): Promise<number> {
  const ahead = engine.take(
    q
      .selectFrom(engine.pendingBy('turn').as('item'))
      .select(sql<number>`1`.as('one'))
      .where(engine.isExactly(sql.ref('source_system'), item.sourceSystem))
      .where(engine.isExactly(sql.ref('source_name'), item.sourceName))
      .where(sql<boolean>`${before}`),
    aheadCap + 1,
  );
  const row = await q
    .selectFrom(ahead.as('ahead'))
    .select(sql<number>`count(*)`.as('total'))
    .executeTakeFirstOrThrow();
  return Number(row.total);
}
