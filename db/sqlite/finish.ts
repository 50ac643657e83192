/** The end of attempts, on SQLite: every value bound, the text of each statement made once. */
import { sql } from 'kysely';
import type { Session } from '../engine.ts';
import { preparedRows, type SlotOf } from '../prepared.ts';
import { type HeldItem, heldColumns } from '../queue/held-columns.ts';
import type {
  AttemptInsert,
  CompletedItem,
  ItemCompletion,
  LeasedCompletion,
  QueueStorage,
  RecordBodyInsert,
  RecordInsert,
  RunAddition,
} from '../queue/storage.ts';
import type { Instant } from '../schema.ts';
import { touchSeenResources } from './enqueue.ts';
import { runs } from './runs.ts';

/** What every item outside a worker's hands looks like. */
export const noLease = {
  lease_id: null,
  lease_owner: null,
  lease_until: null,
  claimed_at: null,
} as const;

const rowsInProgress = preparedRows<{ workItemId: string }, HeldItem>(({ q }, rows) =>
  q
    .selectFrom('work_items')
    .select(heldColumns)
    .where(
      'work_item_id',
      'in',
      rows.map((slot) => slot('workItemId')),
    )
    .where('status', '=', sql.lit('in_progress')),
);

const rowsOfKeys = preparedRows<
  { key: string },
  { dedupe_key: string; status: string; error_code: string | null }
>(({ q }, rows) =>
  q
    .selectFrom('work_items')
    .select(['dedupe_key', 'status', 'error_code'])
    .where(
      'dedupe_key',
      'in',
      rows.map((slot) => slot('key')),
    ),
);

/** The columns of a completion, in the order in which they are bound. */
const completionNames = [
  'work_item_id',
  'lease_id',
  'last_http_status',
  'etag',
  'last_modified',
  'revision',
  'next_fetch_ms',
  'refresh_class',
  'is_first',
  'check_count',
  'content_hash',
  'fresh',
  'change_count',
] as const satisfies readonly (keyof ItemCompletion)[];

/** Rows to join with, under the names of a completion. */
const completionsOf = (rows: readonly SlotOf<ItemCompletion>[]) =>
  sql<ItemCompletion>`(select ${sql.join(
    completionNames.map((name, at) => sql`${sql.ref(`column${at + 1}`)} as ${sql.ref(name)}`),
  )} from (values ${sql.join(
    rows.map((slot) => sql`(${sql.join(completionNames.map((name) => slot(name)))})`),
  )}))`;

/** Many rows in one statement: the triggers and the moment cost it once, not for each row. */
const completeRows = preparedRows<ItemCompletion, { work_item_id: string }>(({ q, engine }, rows) =>
  q
    .updateTable('work_items')
    .from(completionsOf(rows).as('done'))
    .set({
      status: 'completed',
      ...noLease,
      wait_reason: null,
      error_code: null,
      error_message: null,
      last_http_status: sql.ref('done.last_http_status'),
      etag: sql.ref('done.etag'),
      last_modified: sql.ref('done.last_modified'),
      revision: sql.ref('done.revision'),
      last_fetched_at: engine.now(),
      next_fetch_at: engine.plusMs(engine.now(), sql.ref('done.next_fetch_ms')),
      refresh_class: sql.ref('done.refresh_class'),
      first_fetched_at: sql<Instant | null>`case when done.is_first = 1 then ${engine.now()} else first_fetched_at end`,
      check_count: sql.ref('done.check_count'),
      content_hash: sql.ref('done.content_hash'),
      last_changed_at: sql<Instant | null>`case when done.fresh = 1 then ${engine.now()} else last_changed_at end`,
      change_count: sql.ref('done.change_count'),
      updated_at: engine.now(),
    })
    .whereRef('work_items.work_item_id', '=', 'done.work_item_id')
    .whereRef('work_items.lease_id', '=', 'done.lease_id')
    // The plus keeps the planner from walking all that is in progress instead of looking up the ids.
    .where(sql<boolean>`+work_items.status = 'in_progress'`)
    .returning('work_items.work_item_id'),
);

const insertAttemptRows = preparedRows<AttemptInsert, unknown>(({ q, engine }, rows) =>
  q.insertInto('work_item_attempts').values(
    rows.map((slot) => ({
      attempt_id: slot('attempt_id'),
      work_item_id: slot('work_item_id'),
      source_system: slot('source_system'),
      source_name: slot('source_name'),
      host: slot('host'),
      run_id: slot('run_id'),
      attempt: slot('attempt'),
      lease_id: slot('lease_id'),
      worker_id: slot('worker_id'),
      started_at: sql<Instant>`coalesce(${engine.instantOf(slot('claimed_at'))}, ${engine.now()})`,
      finished_at: engine.now(),
      duration_ms: slot('duration_ms'),
      outcome: slot('outcome'),
      http_status: slot('http_status'),
      error_code: slot('error_code'),
      error_message: slot('error_message'),
      facts: slot('facts'),
      ingest_id: slot('ingest_id'),
      items_discovered: slot('items_discovered'),
    })),
  ),
);

const insertRecordRows = preparedRows<RecordInsert, unknown>(({ q, engine }, rows) =>
  q.insertInto('IngestRecords').values(
    rows.map((slot) => ({
      ingest_id: slot('ingest_id'),
      source_system: slot('source_system'),
      source_name: slot('source_name'),
      resource_type: slot('resource_type'),
      resource_id: slot('resource_id'),
      request_uri: slot('request_uri'),
      request_method: slot('request_method'),
      request_headers: slot('request_headers'),
      status_code: slot('status_code'),
      response_headers: slot('response_headers'),
      payload: slot('payload'),
      fetched_at_utc: engine.now(),
      hash_sha256: slot('hash_sha256'),
      run_id: slot('run_id'),
      work_item_id: slot('work_item_id'),
      attempt: slot('attempt'),
      duration_ms: slot('duration_ms'),
      content_type: slot('content_type'),
      content_hash: slot('content_hash'),
      lake_path: slot('lake_path'),
      charset: slot('charset'),
      body_sha256: slot('body_sha256'),
      body_bytes: slot('body_bytes'),
      page_title: slot('page_title'),
      page_text: slot('page_text'),
    })),
  ),
);

const insertBodyRows = preparedRows<RecordBodyInsert, unknown>(({ q, engine }, rows) =>
  q.insertInto('record_bodies').values(
    rows.map((slot) => ({
      ingest_id: slot('ingest_id'),
      stored_at: engine.now(),
      coding: slot('coding'),
      body: slot('body'),
    })),
  ),
);

const hasEndedBadly = (status: string) => status === 'skipped' || status === 'failed';

async function knownKeys(
  session: Session,
  keys: readonly string[],
): Promise<Map<string, string | null>> {
  const rows = await rowsOfKeys(
    session,
    keys.map((key) => ({ key })),
  );
  return new Map(
    rows.map((row) => [row.dedupe_key, hasEndedBadly(row.status) ? row.error_code : null]),
  );
}

export const finish: Pick<
  QueueStorage,
  'knownKeys' | 'heldAndKnown' | 'completeItems' | 'insertAttempts' | 'insertRecordBodies'
> = {
  knownKeys,
  async heldAndKnown(session, ids, keys) {
    const items = ids.map((workItemId) => ({ workItemId }));
    return {
      held: await rowsInProgress(session, items),
      known: await knownKeys(session, keys),
    };
  },
  async completeItems(session, rows) {
    const completed = await completeRows(session, rows);
    const ids = new Set(completed.map((row) => row.work_item_id));
    const done = rows.filter((row) => ids.has(row.work_item_id));
    const counted = await countInRuns(session, done);
    await touchSeenResources(
      session,
      done.map(({ seen }) => seen),
    );
    await insertAttemptRows(
      session,
      done.flatMap(({ attempt }) => attempt ?? []),
    );
    await insertRecordRows(
      session,
      done.flatMap(({ record }) => record ?? []),
    );
    return counted;
  },
  insertAttempts,
  insertRecordBodies: (session, rows) => nothing(insertBodyRows(session, rows)),
};

export async function insertAttempts(
  session: Session,
  rows: readonly AttemptInsert[],
  additions: readonly RunAddition[] = [],
): Promise<void> {
  await insertAttemptRows(session, rows);
  for (const { runId, by } of additions) await runs.addToRun(session, runId, by, true);
}

/** The numbers of runs that are under way; how each item came out of it. */
async function countInRuns(
  session: Session,
  done: readonly LeasedCompletion[],
): Promise<Map<string, CompletedItem>> {
  const items = new Map<string, CompletedItem>();
  for (const [runId, members] of Map.groupBy(done, (row) => row.run_id)) {
    const isCounted =
      runId !== null &&
      (await runs.addToRun(session, runId, {
        items_processed: members.length,
        items_succeeded: members.length,
        items_unchanged: sumOf(members, ({ unchanged }) => unchanged),
        requests_sent: sumOf(members, ({ requests }) => requests),
      }));
    for (const row of members) items.set(row.work_item_id, { isCounted, run: null });
  }
  return items;
}

const sumOf = <T>(rows: readonly T[], of: (row: T) => number): number =>
  rows.reduce((sum, row) => sum + of(row), 0);

const nothing = async (done: Promise<unknown>): Promise<void> => {
  await done;
};
