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
  RecordInsert,
  RunAddition,
} from '../queue/storage.ts';
import { runNumbers, type TableName } from '../schema.ts';
import { comparesExactly, touchSeenResources } from './enqueue.ts';
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
import { longText } from './request.ts';

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
function sentCompletion({ seen: _seen, run_id: _run, attempt, ...completion }: LeasedCompletion) {
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

/** Long texts are parameters of their own, not a part of the rows' JSON. */
type RecordColumn = Exclude<keyof RecordInsert, 'payload' | 'page_text'>;
const recordColumns: Readonly<Record<RecordColumn | 'row', JsonColumn>> = {
  row: intColumn,
  ingest_id: idColumn,
  source_system: textColumn(100),
  source_name: textColumn(100),
  resource_type: textColumn(100),
  resource_id: textColumn(500),
  request_uri: textColumn(2000),
  request_method: plainColumn(10),
  request_headers: longColumn,
  status_code: intColumn,
  response_headers: longColumn,
  hash_sha256: plainColumn(64),
  run_id: idColumn,
  work_item_id: idColumn,
  attempt: intColumn,
  duration_ms: intColumn,
  content_type: textColumn(200),
  content_hash: plainColumn(64),
  lake_path: textColumn(1000),
  charset: plainColumn(40),
  body_sha256: plainColumn(64),
  body_bytes: { type: 'bigint' },
  page_title: textColumn(500),
};

/**
 * Rows whose long values are parameters of their own; what a statement has no row for is sent as null: few texts for all
 * numbers of rows. A worker that is not busy stores one record at a time, one that is a group of completions.
 */
const fewRecords = 8;
const recordsAtOnce = 100;
const bodiesAtOnce = 16;
const noBody = new Uint8Array(0);
const hasPageText = ({ page_text: text }: RecordInsert) => (text ?? '') !== '';

const padded = <T>(rows: readonly T[], length: number): (T | undefined)[] =>
  Array.from({ length }, (_, at) => rows[at]);

export const finish = (
  schema: string,
): Pick<
  QueueStorage,
  | 'knownKeys'
  | 'heldAndKnown'
  | 'completeItems'
  | 'insertAttempts'
  | 'insertRecords'
  | 'insertRecordBodies'
> => ({
  async knownKeys(session, keys) {
    return (await heldAndKnown(session, [], keys)).known;
  },

  heldAndKnown,

  async completeItems(session, rows) {
    const completed = new Map<string, CompletedItem>();
    // Keys of an older database may compare in another way than the procedure does.
    const touch = await comparesExactly(session, schema);
    for (const some of chunksOf(rows)) {
      const { rows: found } = await sql<CompletedRow>`
        exec ${sql.id(schema, 'complete_items')} @rows = ${jsonRows(some.map(sentCompletion))},
          @touch = ${touch ? 1 : 0}`.execute(session.q);
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

  async insertRecords(session, rows) {
    // Payloads are too long to be parsed once more as part of a JSON text.
    for (const some of chunksOf(rows, recordsAtOnce)) {
      const table = jsonTable(
        recordColumns,
        some.map((row, at) => ({ ...row, row: at })),
        (row, name) => row[name] ?? null,
      );
      const rowsInText = padded(some, some.length <= fewRecords ? fewRecords : recordsAtOnce);
      const longOf = (value: (row: RecordInsert) => string | null) => {
        const values = rowsInText.map(
          (row, at) => sql`when ${sql.lit(at)} then ${longText(row ? value(row) : null)}`,
        );
        return sql`case j.row ${sql.join(values, sql` `)} end`;
      };
      const { row: _row, ...columns } = recordColumns;
      await insertFrom(session, 'IngestRecords', table, keysOf(columns), {
        payload: longOf((row) => row.payload),
        ...(some.some(hasPageText) ? { page_text: longOf((row) => row.page_text || null) } : {}),
        fetched_at_utc: sql`@now`,
      });
    }
  },

  async insertRecordBodies({ q, engine }, rows) {
    for (const some of chunksOf(rows, bodiesAtOnce)) {
      const values = padded(some, bodiesAtOnce).map((row) => {
        const { buffer, byteOffset, byteLength } = row?.body ?? noBody;
        const body = Buffer.from(buffer, byteOffset, byteLength);
        return sql`(${row?.ingest_id ?? null}, ${row?.coding ?? null}, ${body})`;
      });
      await sql`insert into ${engine.table('record_bodies')} (ingest_id, stored_at, coding, body)
        select b.ingest_id, ${engine.now()}, b.coding, b.body
        from (values ${sql.join(values)}) as b (ingest_id, coding, body)
        where b.ingest_id is not null`.execute(q);
    }
  },
});

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
    await insertFrom(session, 'work_item_attempts', table, keysOf(columns), times, deltas);
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

/** The keys of a record of columns are its columns; Object.keys forgets that. */
function keysOf<Name extends string>(columns: Readonly<Record<Name, JsonColumn>>): Name[] {
  return Object.keys(columns) as Name[];
}

async function insertFrom<Name extends string>(
  { q, engine }: Session,
  into: TableName,
  { from, column }: { from: RawBuilder<unknown>; column(name: Name): RawBuilder<unknown> },
  names: readonly Name[],
  more: Readonly<Record<string, RawBuilder<unknown>>>,
  after: RawBuilder<unknown> = sql``,
): Promise<void> {
  const columns = [...names, ...Object.keys(more)].map((name) => sql.id(name));
  const values = [...names.map((name) => column(name)), ...Object.values(more)];
  await sql`
    declare @now datetime2(3) = sysutcdatetime();
    insert into ${engine.table(into)} (${sql.join(columns)})
    select ${sql.join(values)} from ${from};
    ${after}`.execute(q);
}
