/** One work item with its history, its lineage and the reason it is or is not running. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import type { CountResult } from '#lib/paging/capped-count.ts';
import { isUuid, listRecords, type RecordSummary } from '#lib/records/list.ts';
import { countLiveWorkers } from '#lib/workers/list-workers.ts';
import type { WorkItem, WorkItemAttempt, WorkItemStatus } from './model.ts';
import { attemptFromRow, workItemFromRow } from './rows.ts';
import { type WaitingAnswer, type WaitingFacts, whyWaiting } from './why-waiting.ts';

export interface RelatedItem {
  readonly workItemId: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly status: WorkItemStatus;
}

export interface WorkItemDetail {
  readonly item: WorkItem;
  /** Newest first, at most 50. */
  readonly attempts: readonly WorkItemAttempt[];
  /** Newest first, at most 20, without payloads. */
  readonly records: readonly RecordSummary[];
  /** The item whose payload named this one; null for seeds. */
  readonly parent: RelatedItem | null;
  /** The first 50 items this one's payload named, and how many there are. */
  readonly children: { readonly items: readonly RelatedItem[]; readonly count: CountResult };
  readonly run: {
    readonly runId: string;
    readonly name: string | null;
    readonly kind: string;
  } | null;
  /** Id of the source, for the link; null when it no longer exists. */
  readonly sourceId: string | null;
  readonly waiting: WaitingAnswer;
}

const mostAttempts = 50;
const mostRecords = 20;
const mostChildren = 50;
const childrenCountCap = 1_000;
/** Items ahead are counted no further: "1,000" says as much as "12,345" to somebody who waits. */
const aheadCap = 1_000;

export async function workItemExists(session: Session, workItemId: string): Promise<boolean> {
  return (await relatedItem(session, workItemId)) !== null;
}

/** Null when there is no such item. */
export async function getWorkItemDetail(
  session: Session,
  workItemId: string,
): Promise<WorkItemDetail | null> {
  const row = await session.q
    .selectFrom('work_items')
    .selectAll()
    .where('work_item_id', '=', workItemId)
    .executeTakeFirst();
  if (!row) return null;
  const item = workItemFromRow(row);
  const [attempts, records, parent, children, run, source] = await Promise.all([
    attemptsOf(session, workItemId),
    listRecords(session, { filter: { workItemId }, direction: 'desc' }, { limit: mostRecords }),
    item.discoveredFrom === null ? null : relatedItem(session, item.discoveredFrom),
    childrenOf(session, workItemId),
    item.runId === null ? null : runOf(session, item.runId),
    sourceOf(session, item),
  ]);
  return {
    item,
    attempts,
    records: records.rows,
    parent,
    children,
    run: run ? { runId: run.run_id, name: run.name, kind: run.kind } : null,
    sourceId: source?.source_id ?? null,
    waiting: whyWaiting(await waitingFacts(session, item, run ?? null, source ?? null)),
  };
}

async function attemptsOf(session: Session, workItemId: string): Promise<WorkItemAttempt[]> {
  const query = session.q
    .selectFrom('work_item_attempts')
    .selectAll()
    .where('work_item_id', '=', workItemId)
    .orderBy('finished_at', 'desc')
    .orderBy('attempt_id', 'desc');
  const rows = await session.engine.take(query, mostAttempts).execute();
  return rows.map(attemptFromRow);
}

function selectRelated(session: Session) {
  return session.q
    .selectFrom('work_items')
    .select(['work_item_id', 'resource_type', 'resource_id', 'status']);
}

type RelatedRow = Awaited<ReturnType<ReturnType<typeof selectRelated>['executeTakeFirstOrThrow']>>;

const toRelated = (row: RelatedRow): RelatedItem => ({
  workItemId: row.work_item_id,
  resourceType: row.resource_type,
  resourceId: row.resource_id,
  status: row.status,
});

async function relatedItem(session: Session, workItemId: string): Promise<RelatedItem | null> {
  const row = await selectRelated(session)
    .where('work_item_id', '=', workItemId)
    .executeTakeFirst();
  return row ? toRelated(row) : null;
}

async function childrenOf(
  session: Session,
  workItemId: string,
): Promise<WorkItemDetail['children']> {
  const { engine, q } = session;
  const first = selectRelated(session)
    .where('discovered_from', '=', workItemId)
    .orderBy('work_item_id');
  const capped = engine.take(
    q
      .selectFrom('work_items')
      .select(sql<number>`1`.as('one'))
      .where('discovered_from', '=', workItemId),
    childrenCountCap + 1,
  );
  const [rows, total] = await Promise.all([
    engine.take(first, mostChildren).execute(),
    q
      .selectFrom(capped.as('capped'))
      .select(sql<number>`count(*)`.as('total'))
      .executeTakeFirstOrThrow(),
  ]);
  const count = Number(total.total);
  return {
    items: rows.map(toRelated),
    count:
      count > childrenCountCap
        ? { kind: 'more', than: childrenCountCap }
        : { kind: 'exact', count },
  };
}

/**
 * Runs by text: ids of an older database's items need not be the UUIDs that `ingest_runs` holds, so
 * such an item simply has no run here.
 */
async function runOf(session: Session, runId: string) {
  if (!isUuid(runId)) return undefined;
  return session.q
    .selectFrom('ingest_runs')
    .select(['run_id', 'name', 'kind', 'status', 'paused_at'])
    .where('run_id', '=', runId)
    .executeTakeFirst();
}

async function sourceOf(session: Session, item: WorkItem) {
  return session.q
    .selectFrom('sources')
    .select([
      'source_id',
      'name',
      'enabled',
      'paused_at',
      'paused_reason',
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

type RunRow = NonNullable<Awaited<ReturnType<typeof runOf>>>;
type SourceRow = NonNullable<Awaited<ReturnType<typeof sourceOf>>>;

async function waitingFacts(
  session: Session,
  item: WorkItem,
  run: RunRow | null,
  source: SourceRow | null,
): Promise<WaitingFacts> {
  const [now, host, workersAlive, ahead] = await Promise.all([
    clock(session),
    item.host === null ? undefined : hostOf(session, item.host),
    countLiveWorkers(session),
    item.status === 'pending' ? countAhead(session, item) : null,
  ]);
  return {
    now,
    item,
    source: source
      ? {
          name: source.name,
          enabled: source.enabled === 1,
          pausedAt: source.paused_at,
          pausedReason: source.paused_reason,
          rateDelayMs: source.rate_delay_ms,
          maxAttempts: source.max_attempts,
          nextSlotAt: source.next_slot_at,
          slotUntil: source.slot_until,
        }
      : null,
    host: host
      ? {
          blockedUntil: host.blocked_until,
          blockedReason: host.blocked_reason,
          delayMs: host.pace_ms,
          nextSlotAt: host.next_slot_at,
          slotUntil: host.slot_until,
          room:
            host.concurrency === null || item.host === null
              ? null
              : { most: host.concurrency, inFlight: await countInFlight(session, item.host) },
        }
      : null,
    run: run ? { status: run.status, pausedAt: run.paused_at } : null,
    workersAlive,
    ahead,
  };
}

async function clock({ q, engine }: Session): Promise<Instant> {
  const row = await q.selectNoFrom(engine.now().as('now')).executeTakeFirstOrThrow();
  return row.now;
}

const hostOf = (session: Session, host: string) =>
  session.q
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

/** Items of the host in workers' hands; there are never more than the fleet has in flight. */
async function countInFlight({ q }: Session, host: string): Promise<number> {
  const { total } = await q
    .selectFrom('work_items')
    .select(sql<number>`count(*)`.as('total'))
    .where(sql<boolean>`status = 'in_progress'`)
    .where('host', '=', host)
    .executeTakeFirstOrThrow();
  return Number(total);
}

/** Claimable items of the same source that go first; null when there are too many to count. */
async function countAhead(session: Session, item: WorkItem): Promise<number | null> {
  const { engine, q } = session;
  const ahead = engine.take(
    q
      .selectFrom('work_items')
      .select(sql<number>`1`.as('one'))
      .where(sql<boolean>`status = 'pending'`)
      .where('source_system', '=', item.sourceSystem)
      .where('source_name', '=', item.sourceName)
      .where('available_at', '<=', engine.now())
      .where((eb) =>
        eb.or([
          eb('priority', '<', item.priority),
          eb.and([
            eb('priority', '=', item.priority),
            eb('created_at', '<', engine.instantParam(item.createdAt)),
          ]),
        ]),
      ),
    aheadCap + 1,
  );
  const row = await q
    .selectFrom(ahead.as('ahead'))
    .select(sql<number>`count(*)`.as('total'))
    .executeTakeFirstOrThrow();
  const count = Number(row.total);
  return count > aheadCap ? null : count;
}
