/** An item at a glance: where it stands and why, its last attempts, how its latest record begins. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import { remedyOf } from '#lib/errors/codes.ts';
import type { WorkItem, WorkItemAttempt } from '#lib/queue/model.ts';
import type { RecordSummary } from '#lib/records/list.ts';
import { getWorkItemDetail, type WorkItemDetail } from './detail.ts';

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
  /** What to do about its error; null without one. */
  readonly remedy: string | null;
  readonly waiting: WorkItemDetail['waiting'];
  readonly run: WorkItemDetail['run'];
  readonly sourceId: string | null;
  /** Newest first, at most five. */
  readonly attempts: readonly Pick<
    WorkItemAttempt,
    | 'attemptId'
    | 'attempt'
    | 'outcome'
    | 'startedAt'
    | 'durationMs'
    | 'httpStatus'
    | 'errorCode'
    | 'errorMessage'
  >[];
  /** The latest; `beginning` are the first characters of its payload. */
  readonly record:
    | (Pick<RecordSummary, 'ingestId' | 'fetchedAt' | 'statusCode' | 'contentType' | 'bytes'> & {
        readonly beginning: string;
      })
    | null;
}

const mostAttempts = 5;
/** About a screen of a drawer. */
const beginningLength = 1_500;

/** Null when there is no such item. Never reads a whole payload. */
export async function getWorkItemPreview(
  session: Session,
  workItemId: string,
): Promise<WorkItemPreview | null> {
  const detail = await getWorkItemDetail(session, workItemId);
  if (!detail) return null;
  const { item, waiting, run, sourceId, attempts, records } = detail;
  const [latest] = records;
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
    remedy: remedyOf(item.errorCode),
    waiting,
    run,
    sourceId,
    attempts: attempts.slice(0, mostAttempts).map((attempt) => ({
      attemptId: attempt.attemptId,
      attempt: attempt.attempt,
      outcome: attempt.outcome,
      startedAt: attempt.startedAt,
      durationMs: attempt.durationMs,
      httpStatus: attempt.httpStatus,
      errorCode: attempt.errorCode,
      errorMessage: attempt.errorMessage,
    })),
    record: latest
      ? {
          ingestId: latest.ingestId,
          fetchedAt: latest.fetchedAt,
          statusCode: latest.statusCode,
          contentType: latest.contentType,
          bytes: latest.bytes,
          beginning: await beginningOf(session, latest.ingestId),
        }
      : null,
  };
}

async function beginningOf({ q }: Session, ingestId: string): Promise<string> {
  const row = await q
    .selectFrom('IngestRecords')
    .select(sql<string>`substring(payload, 1, ${beginningLength})`.as('beginning'))
    .where('ingest_id', '=', ingestId)
    .executeTakeFirst();
  return row?.beginning ?? '';
}
