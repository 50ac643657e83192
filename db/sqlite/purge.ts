/** See `PurgeStorage`, on SQLite. Each portion is a seek in every table it touches. */
import { type RawBuilder, sql } from 'kysely';
import type { Session } from '../engine.ts';
import {
  type PurgedPortion,
  type PurgePosition,
  type PurgeRequest,
  purgePortion,
} from '../purge.ts';
import { sqliteWords } from './words.ts';

interface Old {
  readonly at: string;
  readonly id: string;
}

export async function purge(tx: Session, request: PurgeRequest): Promise<PurgedPortion> {
  const before = sqliteWords.nowPlus(-request.olderThanMs);
  const rows = (await sql<Old>`${lookedAt(request, before)} limit ${purgePortion}`.execute(tx.q))
    .rows;
  const last = rows.at(-1);
  if (last === undefined) return { gone: 0, next: null };
  const gone = await remove(tx, request, rows, before);
  return {
    gone,
    next: rows.length < purgePortion ? null : { at: String(last.at), id: String(last.id) },
  };
}

/** The next rows of the order in which they grow old: `at` and `id`. */
function lookedAt(
  { kind, source, after, mostRows }: PurgeRequest,
  before: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const ofSource = sql`source_name = ${source}`;
  switch (kind) {
    case 'events':
      return sql`select at, event_id as id from (
          select at, event_id from events where event_id > ${Number(after?.id ?? 0)}
          order by event_id limit ${purgePortion})
        where at < ${before} or event_id <= (select max(event_id) from events) - ${mostRows ?? Number.MAX_SAFE_INTEGER}`;
    case 'attempts':
      return walk('work_item_attempts', 'finished_at', 'attempt_id', before, after);
    case 'answers':
      return walk('attempt_answers', 'answered_at', 'attempt_id', before, after);
    case 'bodies':
      return walk('record_bodies', 'stored_at', 'ingest_id', before, after);
    case 'records':
    case 'versions':
      return walk('IngestRecords', 'fetched_at_utc', 'ingest_id', before, after, ofSource);
    case 'items':
      return walk('work_items', 'last_fetched_at', 'work_item_id', before, after, ofSource);
    case 'runs':
      return walk('ingest_runs', 'started_at', 'run_id', before, after);
    case 'audit':
      // Links of the chain, up to the first that is not too old; what is not sealed yet stays.
      return sql`select at, position as id from (
          select at, position, min(position) filter (where at >= ${before}) over () as young from (
            select at, position from audit_chain where position > ${Number(after?.id ?? 0)}
            order by position limit ${purgePortion}))
        where young is null or position < young`;
    case 'operations':
      // Ids grow with time.
      return sql`select created_at as at, bulk_action_id as id from (
          select created_at, bulk_action_id from bulk_actions where bulk_action_id > ${after?.id ?? ''}
          order by bulk_action_id limit ${purgePortion})
        where created_at < ${before}`;
    case 'request keys':
      return walk('request_keys', 'created_at', 'request_key', before, after);
  }
}

function walk(
  table: string,
  time: string,
  id: string,
  before: RawBuilder<unknown>,
  after: PurgePosition | null,
  of: RawBuilder<unknown> = sql`1`,
): RawBuilder<unknown> {
  const [at, key] = [sql.ref(time), sql.ref(id)];
  const beyond = after ? sql`(${at}, ${key}) > (${after.at}, ${after.id})` : sql`1`;
  return sql`select ${at} as at, ${key} as id from ${sql.table(table)}
    where ${of} and ${at} < ${before} and ${beyond} order by ${at}, ${key}`;
}

async function remove(
  { q }: Session,
  { kind }: PurgeRequest,
  rows: readonly Old[],
  before: RawBuilder<unknown>,
): Promise<number> {
  const listed = (texts: readonly string[]) =>
    sql`(select value from json_each(${JSON.stringify(texts)}))`;
  const these = listed(rows.map(({ id }) => id));
  const count = async (statement: RawBuilder<unknown>) =>
    Number((await statement.execute(q)).numAffectedRows ?? 0);
  const removeRecords = async (which: RawBuilder<unknown>) => {
    const { rows: gone } = await sql<{ ingest_id: string }>`
      delete from IngestRecords where ${which} returning ingest_id`.execute(q);
    const ids = listed(gone.map((record) => record.ingest_id));
    await sql`delete from record_bodies where ingest_id in ${ids}`.execute(q);
    return gone.length;
  };
  switch (kind) {
    case 'events':
      return count(sql`delete from events where event_id in ${these}`);
    case 'attempts':
      return count(sql`delete from work_item_attempts
        where (finished_at, attempt_id) <= (${rows.at(-1)?.at}, ${rows.at(-1)?.id})`);
    case 'answers':
      return count(sql`delete from attempt_answers
        where (answered_at, attempt_id) <= (${rows.at(-1)?.at}, ${rows.at(-1)?.id})`);
    case 'records':
      return removeRecords(sql`ingest_id in ${these}`);
    case 'versions':
      return removeRecords(sql`ingest_id in (
        select old.ingest_id from IngestRecords as old where old.ingest_id in ${these} and exists (
          select 1 from IngestRecords as newer
          where newer.source_system = old.source_system and newer.source_name = old.source_name
            and newer.resource_type = old.resource_type and newer.resource_id = old.resource_id
            and newer.fetched_at_utc > old.fetched_at_utc
            and not exists (select 1 from held_records as held where held.ingest_id = newer.ingest_id)))`);
    case 'bodies':
      // Of records that went by other ways, such as plain SQL.
      return count(sql`delete from record_bodies where ingest_id in ${these} and not exists (
        select 1 from IngestRecords as r where r.ingest_id = record_bodies.ingest_id)`);
    case 'items': {
      const items = await sql<{ work_item_id: string; dedupe_key: string }>`
        delete from work_items where work_item_id in ${these} and status in ('completed', 'skipped')
        returning work_item_id, dedupe_key`.execute(q);
      const keys = listed(items.rows.map((item) => item.dedupe_key));
      const ids = listed(items.rows.map((item) => item.work_item_id));
      await sql`delete from seen_resources where resource_key in ${keys}`.execute(q);
      await sql`delete from work_item_attempts where work_item_id in ${ids}`.execute(q);
      await sql`delete from attempt_answers where work_item_id in ${ids}`.execute(q);
      return items.rows.length;
    }
    case 'runs':
      return count(sql`delete from ingest_runs where run_id in ${these} and status <> 'running'
        and phase = 'ready' and completed_at < ${before}`);
    case 'audit':
      return removeAudit(q, Number(rows.at(-1)?.id));
    case 'operations':
      return count(sql`delete from bulk_actions where bulk_action_id in ${these}
        and finished_at < ${before} and not exists (
          select 1 from bulk_action_chunks as c where c.bulk_action_id = bulk_actions.bulk_action_id)`);
    case 'request keys':
      return count(sql`delete from request_keys where request_key in ${these}`);
  }
}

/** Entries and their links up to a position, behind an anchor that stands for them. */
async function removeAudit(q: Session['q'], position: number): Promise<number> {
  await sql`insert into audit_anchors (position, hash, purged_at)
    select position, hash, ${sqliteWords.now()} from audit_chain where position = ${position}`.execute(
    q,
  );
  const { numAffectedRows } = await sql`delete from audit_log where audit_id in (
    select audit_id from audit_chain where position <= ${position})`.execute(q);
  await sql`delete from audit_chain where position <= ${position}`.execute(q);
  return Number(numAffectedRows ?? 0);
}
