/** The end of attempts, in T-SQL: one statement for many rows, which come as one JSON parameter. */
import { type RawBuilder, sql } from 'kysely';
import { chunkSize, chunksOf } from '../chunks.ts';
import type { Session } from '../engine.ts';
import { type HeldItem, heldColumns } from '../queue/held-columns.ts';
import type {
  AttemptInsert,
  CompletedItem,
  CompletedRun,
  LeasedCompletion,
  QueueStorage,
  RunAddition,
} from '../queue/storage.ts';
import { runNumbers } from '../schema.ts';
import { comparesExactly, touchSeenResources } from './enqueue.ts';
import { declareNow, insertFrom, keysOf } from './insert-from.ts';
import {
  encode,
  idColumn,
  intColumn,
  type JsonColumn,
  jsonRows,
  jsonTable,
  jsonTexts,
  longColumn,
  plainColumn,
  textColumn,
  timeColumn,
} from './json-rows.ts';
import { insertRecordBodies, recordsAtOnce, storeRecordsOf } from './records.ts';

const exact = sql.raw('latin1_general_100_bin2');
/** Columns of an existing database may have another collation: then this compares right, and slower. */
const usual = sql.raw('database_default');

/**
 * Some servers cut what `OPENJSON … WITH` hands out at 4,000 characters: attempts with more to tell are recorded by a
 * statement of their own.
 */
const wholeLength = 4_000;
const isLong = ({ facts }: AttemptInsert) => encode(facts ?? '').length > wholeLength;

/** As `complete_items` answers it. */
type CompletedRow = { readonly work_item_id: string; readonly is_counted: number } & Omit<
  CompletedRun,
  'status'
> & { readonly status: CompletedRun['status'] | null };

/** As `complete_items` takes it: what the item's own row says is not sent. */
function sentCompletion({
  seen: _seen,
  run_id: _run,
  record: _record,
  attempt,
  ...completion
}: LeasedCompletion) {
  if (attempt === null || isLong(attempt)) return completion;
  const { attempt_id, worker_id = null, duration_ms = null, outcome, facts = null } = attempt;
  return {
    ...completion,
    attempt_id,
    worker_id,
    duration_ms,
    outcome,
    facts,
    ingest_id: attempt.ingest_id ?? null,
    claimed_at: attempt.claimed_at,
  };
}

const attemptColumns: Readonly<Record<keyof AttemptInsert, JsonColumn>> = {
  attempt_id: idColumn,
  work_item_id: idColumn,
  source_system: textColumn(100),
  source_name: textColumn(100),
  host: textColumn(300),
  run_id: textColumn(36),
  attempt: intColumn,
  lease_id: idColumn,
  worker_id: textColumn(100),
  claimed_at: timeColumn,
  duration_ms: intColumn,
  outcome: plainColumn(20),
  http_status: intColumn,
  error_code: plainColumn(50),
  error_message: longColumn,
  facts: longColumn,
  ingest_id: idColumn,
  items_discovered: intColumn,
};

export const finish = (
  schema: string,
): Pick<
  QueueStorage,
  'knownKeys' | 'heldAndKnown' | 'completeItems' | 'insertAttempts' | 'insertRecordBodies'
> => ({
  async knownKeys(session, keys) {
    return (await heldAndKnown(session, [], keys)).known;
  },

  heldAndKnown,

  async completeItems(session, rows) {
    const completed = new Map<string, CompletedItem>();
    // Keys of an older database may compare in another way than the procedure does.
    const touch = await comparesExactly(session, schema);
    for (const some of chunksOf(rows, recordsAtOnce)) {
      const found = await completeSome(session, schema, some, touch);
      for (const { work_item_id: id, is_counted, status, ...run } of found) {
        completed.set(id, {
          isCounted: is_counted === 1,
          run: status === null ? null : { ...run, status },
        });
      }
    }
    const done = rows.filter((row) => completed.has(row.work_item_id));
    if (!touch) {
      await touchSeenResources(
        session,
        schema,
        done.map(({ seen }) => seen),
      );
    }
    await insertAttempts(
      session,
      done.flatMap(({ attempt }) => (attempt !== null && isLong(attempt) ? [attempt] : [])),
    );
    return completed;
  },

  insertAttempts,

  insertRecordBodies,
});

/** Completes, and stores the records of those that were completed, in one message. */
async function completeSome(
  session: Session,
  schema: string,
  rows: readonly LeasedCompletion[],
  touch: boolean,
): Promise<readonly CompletedRow[]> {
  const complete = sql<CompletedRow>`exec ${sql.id(schema, 'complete_items')}
    @rows = ${jsonRows(rows.map(sentCompletion))}, @touch = ${touch ? 1 : 0}`;
  const stored = rows.flatMap(({ work_item_id: itemId, record }) =>
    record === null ? [] : [{ itemId, record }],
  );
  if (stored.length === 0) return (await complete.execute(session.q)).rows;
  const result = await sql<CompletedRow>`
    ${declareNow}
    declare @done table (work_item_id nvarchar(36) not null primary key, is_counted int not null, status nvarchar(50) null,
      phase nvarchar(50) null, kind nvarchar(50) null, completed_at datetime2(3) null, items_total int null,
      items_processed int null, max_items int null, max_depth int null);
    insert into @done ${complete};
    ${storeRecordsOf(session, stored, sql`@done`)};
    select work_item_id, is_counted, status, phase, kind, completed_at, items_total, items_processed, max_items, max_depth
    from @done;`.execute(session.q);
  return result.rows;
}

/** As a column of `known`: its key, and the code that it ended with. */
interface KnownRow {
  readonly known_key: string;
  readonly error_code: string | null;
}

async function heldAndKnown(
  { q, engine }: Session,
  ids: readonly string[],
  keys: readonly string[],
): Promise<{ held: HeldItem[]; known: Map<string, string | null> }> {
  const held: HeldItem[] = [];
  const known = new Map<string, string | null>();
  const items = engine.table('work_items');
  const heldAmong = (some: readonly string[]) => sql`
    select ${sql.join(heldColumns.map((name) => sql.id(name)))} from ${items}
    where status = N'in_progress' and work_item_id in ${jsonTexts(some, usual)};`;
  const knownAmong = (some: readonly string[]) => sql`
    select dedupe_key as known_key, case when status in (N'skipped', N'failed') then error_code end as error_code
    from ${items} where dedupe_key in ${jsonTexts(some, exact)};`;
  const portionsOfKeys = [...chunksOf(keys)];
  const portions = Math.max(portionsOfKeys.length, Math.ceil(ids.length / chunkSize));
  for (let at = 0; at < portions; at += 1) {
    const someIds = ids.slice(at * chunkSize, (at + 1) * chunkSize);
    const parts = [
      ...(someIds.length > 0 ? [heldAmong(someIds)] : []),
      ...portionsOfKeys.slice(at, at + 1).map(knownAmong),
    ];
    const { rows } = await sql<HeldItem | KnownRow>`${sql.join(parts, sql``)}`.execute(q);
    for (const row of rows) {
      if ('known_key' in row) known.set(row.known_key, row.error_code);
      else held.push(row);
    }
  }
  return { held, known };
}

/** Numbers of runs are appended by the same statement, which has one text with and without them. */
async function insertAttempts(
  session: Session,
  rows: readonly AttemptInsert[],
  additions: readonly RunAddition[] = [],
): Promise<void> {
  const { claimed_at: _started, ...columns } = attemptColumns;
  let added = additions;
  for (const some of rows.length === 0 && added.length > 0 ? [[]] : chunksOf(rows)) {
    const table = jsonTable(attemptColumns, some, (row, name) => row[name] ?? null);
    const times = { started_at: sql`coalesce(j.claimed_at, @now)`, finished_at: sql`@now` };
    const deltas = appendedTo(session, added);
    const insert = insertFrom(session, 'work_item_attempts', table, keysOf(columns), times);
    await sql`${declareNow} ${insert}; ${deltas}`.execute(session.q);
    added = [];
  }
}

const additionColumns: Readonly<Record<'run_id' | (typeof runNumbers)[number], JsonColumn>> = {
  run_id: { type: 'uniqueidentifier' },
  items_total: intColumn,
  items_processed: intColumn,
  items_succeeded: intColumn,
  items_failed: intColumn,
  items_skipped: intColumn,
  items_discovered: intColumn,
  items_retried: intColumn,
  items_unchanged: intColumn,
  items_missing: intColumn,
  items_over_budget: intColumn,
  requests_sent: intColumn,
};

/** What `addToRun` does, of many runs in whatever state. */
function appendedTo({ engine }: Session, additions: readonly RunAddition[]): RawBuilder<unknown> {
  const { from, column } = jsonTable(additionColumns, additions, ({ runId, by }, name) =>
    name === 'run_id' ? runId : (by[name] ?? 0),
  );
  const names = sql.join(runNumbers.map((name) => sql.id(name)));
  return sql`insert into ${engine.table('run_deltas')} (run_id, ${names})
    select r.run_id, ${sql.join(runNumbers.map((name) => column(name)))}
    from ${from} join ${engine.table('ingest_runs')} as r on r.run_id = ${column('run_id')};`;
}
