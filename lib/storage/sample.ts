/** What is stored, measured once a day in the background, so that a page can say what is large and how fast it grows. */
import { sql } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import type { StorageSamplesTable } from '#db/schema.ts';
import type { LakeSettings } from '#lib/config/model.ts';
import { readDisks, type WatchedDisks } from '#lib/disks/disks.ts';
import { readNow } from '#lib/now.ts';
import { lakeFiles } from '#lib/records/lake.ts';
import { endTurn, takeTurn } from '#lib/turns.ts';

const dayMs = 24 * 3_600_000;
const turnMs = 3_600_000;
/** Long enough for a year's comparison. */
const keptDays = 400;
/** Records that are looked at together, and the rest after them, so that others come first. */
const portion = 500;
const restMs = 10;
/** What is smaller is told as one: nobody looks for it. */
const mostGroups = 2_000;

type Sample = Omit<StorageSamplesTable, 'day'>;

export interface SampleContext {
  readonly db: Db;
  /** For long reads. */
  readonly reads: Db;
  /** Null = disks are not looked at. */
  readonly watched: WatchedDisks | null;
  readonly lake: Pick<LakeSettings, 'enabled' | 'baseDir'>;
  readonly signal: AbortSignal;
}

/** Takes the sample of the day unless there is one; null when it is not due, or the signal ended it. */
export async function sampleInTurn(context: SampleContext): Promise<number | null> {
  const { db, signal } = context;
  if (!(await isDue(db))) return null;
  const turn = await takeTurn(db, 'storage', { everyMs: dayMs, atMostMs: turnMs });
  if (turn === null) return null;
  const samples = await measure(context);
  if (!signal.aborted) await keep(db, samples);
  await endTurn(db, turn, !signal.aborted);
  return signal.aborted ? null : samples.length;
}

/** One look, so that it is asked often without a transaction each time. */
async function isDue({ q, engine }: Db): Promise<boolean> {
  const done = await q
    .selectFrom('totals_checks')
    .select('part')
    .where('part', '=', 'storage')
    .where('checked_at', '>', engine.nowPlus(-dayMs))
    .executeTakeFirst();
  return done === undefined;
}

async function measure({ db, reads, watched, lake, signal }: SampleContext): Promise<Sample[]> {
  const tables = (await reads.engine.readTableSizes(reads)) ?? [];
  const disks = watched === null ? [] : await readDisks(db, watched);
  return [
    ...tables.map(
      ({ table, rows, bytes }): Sample => ({
        kind: 'table',
        name: table,
        part: '',
        row_count: rows,
        bytes,
      }),
    ),
    ...disks.map(
      ({ what, freeBytes }): Sample => ({
        kind: 'free',
        name: what,
        part: '',
        row_count: null,
        bytes: Math.round(freeBytes),
      }),
    ),
    ...(lake.enabled ? await measureLake(lake.baseDir, signal) : []),
    ...(await measureRecords(reads, signal)),
  ];
}

/** Records by source and type: the bytes of their texts and bodies, without what the database adds. */
async function measureRecords(reads: Session, signal: AbortSignal): Promise<Sample[]> {
  const groups = new Map<string, { name: string; part: string; rows: number; bytes: number }>();
  let after: { at: string; id: string } | null = null;
  do {
    const rows: RecordSize[] = await readRecordSizes(reads, after);
    for (const { source_name: name, resource_type: part, bytes } of rows) {
      const key = JSON.stringify([name, part]);
      const group = groups.get(key) ?? { name, part, rows: 0, bytes: 0 };
      group.rows += 1;
      group.bytes += Number(bytes);
      groups.set(key, group);
    }
    const last = rows.length === portion ? rows.at(-1) : undefined;
    after = last === undefined ? null : { at: last.at, id: last.ingest_id };
    if (after !== null) await new Promise((resolve) => setTimeout(resolve, restMs));
  } while (after !== null && !signal.aborted);
  return [...groups.values()]
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, mostGroups)
    .map(({ name, part, rows, bytes }) => ({
      kind: 'records',
      name,
      part,
      row_count: rows,
      bytes,
    }));
}

interface RecordSize {
  readonly ingest_id: string;
  readonly at: string;
  readonly source_name: string;
  readonly resource_type: string;
  readonly bytes: number;
}

const texts = ['payload', 'page_text', 'request_headers', 'response_headers', 'request_uri'];

async function readRecordSizes(
  { q, engine }: Session,
  after: { readonly at: string; readonly id: string } | null,
): Promise<RecordSize[]> {
  const body = q
    .selectFrom('record_bodies')
    .select(engine.byteLength(sql.ref('record_bodies.body')).as('bytes'))
    .whereRef('record_bodies.ingest_id', '=', sql.ref('IngestRecords.ingest_id'));
  const lengths = [
    ...texts.map((text) => sql`coalesce(${engine.byteLength(sql.ref(text))}, 0)`),
    sql`coalesce((${body}), 0)`,
  ];
  const records = q
    .selectFrom('IngestRecords')
    .select(['ingest_id', 'source_name', 'resource_type'])
    .select((eb) => engine.cursorText(eb.ref('fetched_at_utc')).as('at'))
    .select(sql<number>`${sql.join(lengths, sql` + `)}`.as('bytes'))
    .orderBy('fetched_at_utc')
    .orderBy('ingest_id');
  const those =
    after === null
      ? records
      : records
          .where('fetched_at_utc', '>=', engine.instantParam(after.at))
          .where((eb) =>
            eb.or([
              eb('fetched_at_utc', '>', engine.instantParam(after.at)),
              eb('ingest_id', '>', after.id),
            ]),
          );
  return engine.take(those, portion).execute();
}

/** A lake that is not there yet is empty. */
async function measureLake(baseDir: string, signal: AbortSignal): Promise<Sample[]> {
  let [files, bytes] = [0, 0];
  try {
    for await (const file of lakeFiles(baseDir)) {
      if (signal.aborted) break;
      files += 1;
      bytes += file.bytes;
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  return [{ kind: 'lake', name: 'the file lake', part: '', row_count: files, bytes }];
}

const insertedTogether = 100;

/** The sample of the day takes the place of one that was begun on it. */
async function keep(db: Db, samples: readonly Sample[]): Promise<void> {
  const now = await readNow(db);
  const day = now.slice(0, 10);
  const oldest = new Date(Date.parse(now) - keptDays * dayMs).toISOString().slice(0, 10);
  await db.transaction(async (tx) => {
    await tx.q.deleteFrom('storage_samples').where('day', '<', oldest).execute();
    await tx.q.deleteFrom('storage_samples').where('day', '=', day).execute();
    for (let at = 0; at < samples.length; at += insertedTogether) {
      const rows = samples.slice(at, at + insertedTogether).map((sample) => ({ day, ...sample }));
      await tx.q.insertInto('storage_samples').values(rows).execute();
    }
  });
}
