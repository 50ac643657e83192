/** Pages of the record list. */
import type { Db } from '#db/engine.ts';
import { encodeCursor } from '#lib/paging/cursor.ts';
import { listRecords, parseRecordQuery, type RecordQuery } from '#lib/records/list.ts';
import { benchRow, fillSources } from '../queue/bench-row.ts';
import type { ListCase } from './list-case.ts';

export async function recordCases(db: Db, rows: number, nowMs: number): Promise<ListCase[]> {
  const page = (name: string, query: RecordQuery): ListCase => ({
    name: `records: ${name}`,
    read: (s) => listRecords(s, query),
  });
  // Newest first, the oldest tenth lies deep.
  const deep = benchRow(Math.floor(rows / 10), rows, nowMs);
  const run = deep.run_id ?? '';
  const day = deep.updated_at.slice(0, 10);
  const filters: Record<string, Record<string, string>> = {
    first: {},
    'oldest first': { dir: 'asc' },
    'one source': { source: fillSources[1] },
    'one source, one type': { source: fillSources[0], type: 'category' },
    'one type': { type: 'category' },
    'type found nowhere': { type: 'nothing' },
    'source found nowhere': { source: 'nobody' },
    'id begins with': { resource: 'Page_1' },
    'one id': { resource: deep.resource_id },
    'id found nowhere': { resource: 'Quux' },
    'one run': { run },
    'one run, HTTP 503': { run, http: '503' },
    'one item': { item: deep.work_item_id },
    'HTTP status 503': { http: '503' },
    'HTTP status 200': { http: '200' },
    'HTTP status found nowhere': { http: '204' },
    'fetched in a day': { fetched_from: day, fetched_to: day },
    'one source, fetched in a day': { source: fillSources[1], fetched_from: day, fetched_to: day },
  };
  return [
    page('deep', queryOf({ cursor: await cursorAt(db, deep.work_item_id, 'desc') })),
    page(
      'deep, one source',
      queryOf({
        source: fillSources[1],
        cursor: await cursorAt(db, deep.work_item_id, 'desc'),
      }),
    ),
    ...Object.entries(filters).map(([name, raw]) => page(name, queryOf(raw))),
  ];
}

function queryOf(raw: Record<string, string>): RecordQuery {
  const { query, problems } = parseRecordQuery(raw);
  if (problems.length > 0) throw new Error(`The address is wrong: ${JSON.stringify(problems)}`);
  return query;
}

async function cursorAt(db: Db, id: string, direction: 'asc' | 'desc'): Promise<string> {
  const row = await db.q
    .selectFrom('IngestRecords')
    .select('fetched_at_utc')
    .where('ingest_id', '=', id)
    .executeTakeFirstOrThrow();
  return encodeCursor({
    sort: 'fetched_at',
    direction,
    way: 'after',
    value: row.fetched_at_utc,
    id,
  });
}
