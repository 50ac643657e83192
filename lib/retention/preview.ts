/** What a round of retention would delete, counted before it does. */
import { sql } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import type { PurgedKind } from '#db/purge.ts';
import type { TableName } from '#db/schema.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { type Subject, subjectsOf } from './purge.ts';

export interface RetentionPreview extends SubjectByAge {
  /** Rows that are old enough; of items, versions, runs and actions those among them that must stay count too. */
  readonly rows: number;
  /** There are more than were counted. */
  readonly isAtLeast: boolean;
  /** What the oldest hundreds have in their texts, times the rows; indexes come on top. */
  readonly bytes: number;
}

/** Counting stops here. */
const mostCounted = 1_000_000;
const sampled = 200;
const countTimeoutMs = 60_000;

/** What goes by its age. Bodies do not: those without a record go, and to count them all would be to do it. */
type ByAge = Exclude<PurgedKind, 'bodies'>;
type SubjectByAge = Subject & { readonly kind: ByAge };

const tables: Readonly<
  Record<ByAge, { table: TableName; time: string; texts: readonly string[] }>
> = {
  events: { table: 'events', time: 'at', texts: ['message', 'data'] },
  attempts: {
    table: 'work_item_attempts',
    time: 'finished_at',
    texts: ['error_message', 'facts', 'host', 'source_name'],
  },
  answers: {
    table: 'attempt_answers',
    time: 'answered_at',
    texts: ['url', 'headers', 'body'],
  },
  records: records(),
  versions: records(),
  items: {
    table: 'work_items',
    time: 'last_fetched_at',
    texts: ['request_uri', 'request_headers', 'request_body', 'metadata', 'dedupe_key'],
  },
  runs: { table: 'ingest_runs', time: 'started_at', texts: ['metadata', 'request'] },
  audit: {
    table: 'audit_log',
    time: 'at',
    texts: ['summary', 'before_state', 'after_state'],
  },
  operations: { table: 'bulk_actions', time: 'created_at', texts: ['filter', 'params'] },
  'request keys': { table: 'request_keys', time: 'created_at', texts: ['request_key', 'result'] },
};

function records() {
  return {
    table: 'IngestRecords',
    time: 'fetched_at_utc',
    texts: ['payload', 'page_text', 'request_headers', 'response_headers', 'request_uri'],
  } as const;
}

/** For a person who looks, needs `database:examine`: it may take minutes. */
export function previewRetentionFor(db: Db, actor: Actor): Promise<RetentionPreview[]> {
  requirePermission(actor, 'database:examine');
  return previewRetention(db);
}

/** Reads along the same indexes that the purge walks. Throws `db_statement_timeout` after a minute for one of them. */
export async function previewRetention(db: Db): Promise<RetentionPreview[]> {
  const previews: RetentionPreview[] = [];
  for (const subject of await subjectsOf(db)) {
    if (isByAge(subject)) previews.push(await previewOf(db, subject));
  }
  return previews;
}

const isByAge = (subject: Subject): subject is SubjectByAge => subject.kind !== 'bodies';

const previewOf = (db: Db, subject: SubjectByAge): Promise<RetentionPreview> =>
  db.engine.withTimeout(db, countTimeoutMs, async (s) => {
    const rows = await countOld(s, subject);
    const bytes = rows === 0 ? 0 : Math.round(rows * (await averageBytes(s, subject)));
    return { ...subject, rows, isAtLeast: rows >= mostCounted, bytes };
  });

/** The rows that are old enough, nothing selected yet. */
function oldOf({ q, engine }: Session, { kind, source, olderThanMs }: SubjectByAge) {
  const { table, time } = tables[kind];
  const old = q
    // The tables have no type in common; only what is named below is asked of them.
    .selectFrom(table as 'IngestRecords')
    .where(sql<boolean>`${sql.ref(time)} < ${engine.nowPlus(-olderThanMs)}`);
  return source === undefined ? old : old.where(engine.isExactly(sql.ref('source_name'), source));
}

async function countOld(s: Session, subject: SubjectByAge): Promise<number> {
  const old = oldOf(s, subject).select(sql<number>`1`.as('one'));
  const row = await s.q
    .selectFrom(s.engine.take(old, mostCounted).as('old'))
    .select(sql<number>`count(*)`.as('rows'))
    .executeTakeFirstOrThrow();
  return Number(row.rows);
}

const bodyLength = ({ q, engine }: Session) =>
  q
    .selectFrom('record_bodies')
    .select(engine.byteLength(sql.ref('record_bodies.body')).as('bytes'))
    .whereRef('record_bodies.ingest_id', '=', sql.ref('IngestRecords.ingest_id'));

async function averageBytes(s: Session, subject: SubjectByAge): Promise<number> {
  const { table, time, texts } = tables[subject.kind];
  const lengths = texts.map((column) => sql`coalesce(${s.engine.byteLength(sql.ref(column))}, 0)`);
  if (table === 'IngestRecords') lengths.push(sql`coalesce((${bodyLength(s)}), 0)`);
  const oldest = oldOf(s, subject)
    .select(sql<number>`${sql.join(lengths, sql` + `)}`.as('bytes'))
    .orderBy(sql.ref(time));
  const row = await s.q
    .selectFrom(s.engine.take(oldest, sampled).as('oldest'))
    .select(sql<number | null>`avg(bytes)`.as('bytes'))
    .executeTakeFirstOrThrow();
  return Number(row.bytes ?? 0);
}
