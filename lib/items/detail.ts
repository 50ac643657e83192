/**
 * One work item with its history, its lineage and the reason it is or is not running; and the same at a
 * glance, for the drawer of the list.
 */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Instant, WorkItemStatus } from '#db/schema.ts';
import { type Actor, reaches, sightOf } from '#lib/actor/model.ts';
import { remedyOf } from '#lib/errors/codes.ts';
import type { CountResult } from '#lib/paging/capped-count.ts';
import { type Held, heldRecords, isGoneBelieved } from '#lib/quarantine/read.ts';
import { missingSince } from '#lib/queue/finish/missing.ts';
import type { WorkItem, WorkItemAttempt } from '#lib/queue/model.ts';
import { attemptFromRow, workItemFromRow } from '#lib/queue/rows.ts';
import { listRecords, type RecordSummary } from '#lib/records/list.ts';
import { mayRead } from '#lib/records/readable.ts';
import { runName } from '#lib/runs/run-name.ts';
import { sourcesOfRun } from '#lib/runs/run-row.ts';
import { revisionsFromText } from '#lib/sources/pinned-settings.ts';
import { type ChangeOffer, offersFor } from './changes/offers.ts';
import { failingAnswersOf, type ShownAnswer } from './failing-answers.ts';
import { readRunOfItem, readSourceOfItem, readWaitingFacts } from './waiting/waiting-facts.ts';
import { type WaitingAnswer, whyWaiting } from './waiting/why-waiting.ts';

export interface RelatedItem {
  readonly workItemId: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly status: WorkItemStatus;
  readonly waitReason: string | null;
}

/** `attempt` counts from 1 again when the item is sent round again; `number` goes on. */
export interface NumberedAttempt extends WorkItemAttempt {
  /** Its place among all attempts of the item that are kept, from 1. */
  readonly number: number;
}

export interface WorkItemDetail {
  readonly item: WorkItem;
  /** Since when its resource is missing; null when it is not, or nobody knows. */
  readonly missingSince: Instant | null;
  /** False where that was found while its source was in quarantine, and nobody has accepted it. */
  readonly isGoneBelieved: boolean;
  /** Newest first, at most 50. */
  readonly attempts: readonly NumberedAttempt[];
  /** How the answers of failed attempts began, the last few, newest first. */
  readonly failingAnswers: readonly ShownAnswer[];
  /** Newest first, at most 20, without payloads. */
  readonly records: readonly RecordSummary[];
  /** Of these, by their ids, those that are not current: held, or discarded. */
  readonly held: Readonly<Record<string, Held>>;
  /** The item whose payload named this one; null for seeds. */
  readonly parent: RelatedItem | null;
  /** The first 50 items this one's payload named, and how many there are. */
  readonly children: { readonly items: readonly RelatedItem[]; readonly count: CountResult };
  readonly run: {
    readonly runId: string;
    readonly name: string;
  } | null;
  /** Id of the source, for the link; null when it no longer exists. */
  readonly sourceId: string | null;
  readonly waiting: WaitingAnswer;
}

const mostAttempts = 50;
const mostRecords = 20;
const mostChildren = 50;
const childrenCountCap = 1_000;

/** Null when there is no such item, or the `reader` does not see its source. */
export async function getWorkItemDetail(
  session: Session,
  workItemId: string,
  reader?: Actor,
): Promise<WorkItemDetail | null> {
  const row = await session.q
    .selectFrom('work_items')
    .selectAll()
    .where('work_item_id', '=', workItemId)
    .executeTakeFirst();
  if (!row) return null;
  const item = workItemFromRow(row);
  if (reader && !reaches(reader, [item.sourceName])) return null;
  const gone = missingSince(row);
  const isReadable = !reader || mayRead(reader, item.sourceName);
  const [attempts, failingAnswers, records, parent, children, run, source] = await Promise.all([
    attemptsOf(session, workItemId),
    isReadable ? failingAnswersOf(session, workItemId) : [],
    listRecords(session, { filter: { workItemId }, direction: 'desc' }, { limit: mostRecords }),
    item.discoveredFrom === null ? null : relatedItem(session, item.discoveredFrom),
    childrenOf(session, workItemId),
    readRunOfItem(session, item),
    readSourceOfItem(session, item),
  ]);
  return {
    item,
    missingSince: gone,
    isGoneBelieved: gone === null || (await isGoneBelieved(session, item.sourceName, gone)),
    attempts,
    failingAnswers,
    records: records.rows,
    held: Object.fromEntries(
      await heldRecords(
        session,
        records.rows.map(({ ingestId }) => ingestId),
      ),
    ),
    parent,
    children,
    run:
      run && (!reader || isOwnRun(reader, run)) ? { runId: run.run_id, name: runName(run) } : null,
    sourceId: source?.source_id ?? null,
    waiting: whyWaiting(await readWaitingFacts(session, item, { run, source })),
  };
}

/** A run over other sources too is named by them. */
const isOwnRun = (reader: Actor, run: { readonly source_revisions: string | null }) =>
  sightOf(reader) === null ||
  reaches(
    reader,
    sourcesOfRun({ sourceRevisions: revisionsFromText(run.source_revisions), request: null }),
  );

async function attemptsOf(session: Session, workItemId: string): Promise<NumberedAttempt[]> {
  const query = session.q
    .selectFrom('work_item_attempts')
    .selectAll()
    .where('work_item_id', '=', workItemId)
    .orderBy('finished_at', 'desc')
    .orderBy('attempt_id', 'desc');
  const rows = await session.engine.take(query, mostAttempts).execute();
  const count = rows.length < mostAttempts ? rows.length : await countAttempts(session, workItemId);
  return rows.map((row, at) => ({ ...attemptFromRow(row), number: count - at }));
}

async function countAttempts({ q }: Session, workItemId: string): Promise<number> {
  const { count } = await q
    .selectFrom('work_item_attempts')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('work_item_id', '=', workItemId)
    .executeTakeFirstOrThrow();
  return Number(count);
}

function selectRelated(session: Session) {
  return session.q
    .selectFrom('work_items')
    .select(['work_item_id', 'resource_type', 'resource_id', 'status', 'wait_reason']);
}

type RelatedRow = Awaited<ReturnType<ReturnType<typeof selectRelated>['executeTakeFirstOrThrow']>>;

const toRelated = (row: RelatedRow): RelatedItem => ({
  workItemId: row.work_item_id,
  resourceType: row.resource_type,
  resourceId: row.resource_id,
  status: row.status,
  waitReason: row.wait_reason,
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

/** Where it stands and why, its last attempts, how its latest record begins. */
export interface WorkItemPreview {
  readonly item: Pick<
    WorkItem,
    | 'workItemId'
    | 'sourceName'
    | 'resourceType'
    | 'resourceId'
    | 'requestUri'
    | 'status'
    | 'waitReason'
    | 'priority'
    | 'attempt'
    | 'errorCode'
    | 'errorMessage'
    | 'createdAt'
    | 'lastFetchedAt'
    | 'lastChangedAt'
    | 'nextFetchAt'
    | 'refetch'
  >;
  /** What can be done to it at once. */
  readonly changes: readonly ChangeOffer[];
  /** What to do about its error; null without one. */
  readonly remedy: string | null;
  readonly waiting: WorkItemDetail['waiting'];
  readonly run: WorkItemDetail['run'];
  readonly sourceId: string | null;
  /** Newest first, at most five. */
  readonly attempts: readonly Pick<
    NumberedAttempt,
    | 'attemptId'
    | 'number'
    | 'attempt'
    | 'outcome'
    | 'startedAt'
    | 'durationMs'
    | 'httpStatus'
    | 'errorCode'
    | 'errorMessage'
  >[];
  /** Of the newest version, where that is not current. */
  readonly held: Held | null;
  /** The latest that is current; `beginning` are the first characters of its payload, null for whoever may not read it. */
  readonly record:
    | (Pick<RecordSummary, 'ingestId' | 'fetchedAt' | 'statusCode' | 'contentType' | 'bytes'> & {
        readonly beginning: string | null;
      })
    | null;
}

const mostAttemptsAtAGlance = 5;
/** About a screen of a drawer. */
const beginningLength = 1_500;

/** Null when there is no such item. Never reads a whole payload; nor any for a `reader` who may not. */
export async function getWorkItemPreview(
  session: Session,
  workItemId: string,
  reader?: Actor,
): Promise<WorkItemPreview | null> {
  const detail = await getWorkItemDetail(session, workItemId, reader);
  if (!detail) return null;
  const { item, waiting, run, sourceId, attempts, records, held } = detail;
  const latest = currentOf(records, held);
  return {
    item: {
      workItemId: item.workItemId,
      sourceName: item.sourceName,
      resourceType: item.resourceType,
      resourceId: item.resourceId,
      requestUri: item.requestUri,
      status: item.status,
      waitReason: item.waitReason,
      priority: item.priority,
      attempt: item.attempt,
      errorCode: item.errorCode,
      errorMessage: item.errorMessage,
      createdAt: item.createdAt,
      lastFetchedAt: item.lastFetchedAt,
      lastChangedAt: item.lastChangedAt,
      nextFetchAt: item.nextFetchAt,
      refetch: item.refetch,
    },
    changes: offersFor(item),
    remedy: remedyOf(item.errorCode),
    waiting,
    run,
    sourceId,
    attempts: attempts.slice(0, mostAttemptsAtAGlance).map((attempt) => ({
      attemptId: attempt.attemptId,
      number: attempt.number,
      attempt: attempt.attempt,
      outcome: attempt.outcome,
      startedAt: attempt.startedAt,
      durationMs: attempt.durationMs,
      httpStatus: attempt.httpStatus,
      errorCode: attempt.errorCode,
      errorMessage: attempt.errorMessage,
    })),
    held: held[records[0]?.ingestId ?? ''] ?? null,
    record: latest
      ? {
          ingestId: latest.ingestId,
          fetchedAt: latest.fetchedAt,
          statusCode: latest.statusCode,
          contentType: latest.contentType,
          bytes: latest.bytes,
          beginning:
            !reader || mayRead(reader, item.sourceName)
              ? await beginningOf(session, latest.ingestId)
              : null,
        }
      : null,
  };
}

/** The newest that is believed; null = there is none, or all of them are held. */
const currentOf = (
  records: readonly RecordSummary[],
  held: WorkItemDetail['held'],
): RecordSummary | null => records.find(({ ingestId }) => held[ingestId] === undefined) ?? null;

async function beginningOf({ q }: Session, ingestId: string): Promise<string> {
  const row = await q
    .selectFrom('IngestRecords')
    .select(sql<string>`substring(payload, 1, ${beginningLength})`.as('beginning'))
    .where('ingest_id', '=', ingestId)
    .executeTakeFirst();
  return row?.beginning ?? '';
}
