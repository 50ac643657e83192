import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '#db/engine.ts';
import { newId } from '#lib/ids.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { ingestRecordRow } from '#test/db/ingest-record.ts';
import {
  getFetchOfSame,
  getLatestRecord,
  getNeighbours,
  getRecord,
  getRecordPayload,
  listFetches,
} from './detail.ts';
import { listRecords, parseRecordQuery } from './list.ts';

describe.each(contractEngines())('records on $name', (engine) => {
  let database: ContractDatabase;
  let db: Db;
  const run = newId();
  const item = newId();
  const ids: string[] = [];

  beforeAll(async () => {
    database = await engine.create();
    db = database.db;
    ids.push(await add(db, 'Luke', 1, '{"name":"Luke"}', { run_id: run, work_item_id: item }));
    ids.push(await add(db, 'Luke', 2, '{"name":"Luke","side":"light"}', { work_item_id: item }));
    ids.push(await add(db, 'Luke', 2, '{"name":"Luke","side":"grey"}', { work_item_id: item }));
    ids.push(await add(db, 'Leia', 3, 'No JSON: Aldérán', { status_code: 203 }));
    ids.push(await add(db, 'Han', 4, '{}', { source_name: 'other' }));
  });
  afterAll(() => database.dispose());

  const names = async (raw: Record<string, string>) => {
    const { query, problems } = parseRecordQuery(raw);
    expect(problems).toEqual([]);
    return (await listRecords(db, query)).rows.map((row) => row.resourceId);
  };

  it('are listed newest first', async () => {
    expect(await names({})).toEqual(['Han', 'Leia', 'Luke', 'Luke', 'Luke']);
    expect(await names({ dir: 'asc' })).toEqual(['Luke', 'Luke', 'Luke', 'Leia', 'Han']);
  });

  it.each([
    ['source', { source: 'other' }, ['Han']],
    ['prefix', { resource: 'Le' }, ['Leia']],
    ['run', { run }, ['Luke']],
    ['work item', { item }, ['Luke', 'Luke', 'Luke']],
    ['an id that is no UUID', { item: 'legacy-7' }, []],
    ['HTTP status', { http: '203' }, ['Leia']],
    ['days', { fetched_from: '2020-01-03', fetched_to: '2020-01-03' }, ['Leia']],
    ['type', { type: 'category' }, []],
  ])('are found by %s', async (_, raw, expected) => {
    expect(await names(raw as Record<string, string>)).toEqual(expected);
  });

  it('page by page are each met once', async () => {
    const met: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listRecords(db, { filter: {}, direction: 'desc', cursor }, { limit: 2 });
      met.push(...page.rows.map((row) => row.ingestId));
      cursor = page.next ?? undefined;
    } while (cursor);
    expect(met.toSorted()).toEqual(ids.toSorted());
  });

  it('come with their payload as it was stored', async () => {
    const [first = '', , , text = ''] = ids;
    expect((await getRecord(db, first))?.payload).toBe('{"name":"Luke"}');
    const leia = await getRecord(db, text);
    expect(leia?.payload).toBe('No JSON: Aldérán');
    expect(leia?.responseHeaders).toEqual({ 'content-type': 'text/plain' });
    expect(leia?.bytes).toBeGreaterThanOrEqual(18);
    expect(await getRecordPayload(db, first)).toEqual({
      payload: '{"name":"Luke"}',
      contentType: 'text/plain',
    });
  });

  it('come without a large payload, which is read by itself', async () => {
    const large = JSON.stringify({ text: 'é'.repeat(70_000) });
    const id = await add(db, 'Jabba', 5, large, { source_name: 'large' });
    const record = await getRecord(db, id);
    expect(record).toMatchObject({ resourceId: 'Jabba', payload: null });
    expect(record?.bytes).toBeGreaterThan(70_000);
    expect((await getRecordPayload(db, id))?.payload).toBe(large);
    await db.q.deleteFrom('IngestRecords').where('ingest_id', '=', id).execute();
  });

  it('that do not exist are null, however the id looks', async () => {
    for (const id of [newId(), 'x', "' or 1=1"]) {
      expect(await getRecord(db, id)).toBeNull();
      expect(await getRecordPayload(db, id)).toBeNull();
      expect(await getLatestRecord(db, id)).toBeNull();
    }
  });

  it('know the fetch before and after of the same resource, also within one moment', async () => {
    const history = ids.slice(0, 3).toSorted();
    const walk: (string | null)[] = [];
    let record = await getRecord(db, ids[0] ?? '');
    while (record) {
      walk.push(record.ingestId);
      const { next } = await getNeighbours(db, record);
      record = next ? await getRecord(db, next.ingestId) : null;
    }
    expect(walk.toSorted()).toEqual(history);
    const last = await getRecord(db, walk.at(-1) ?? '');
    if (!last) throw new Error('the last record is gone');
    expect((await getNeighbours(db, last)).previous?.ingestId).toBe(walk.at(-2));
    expect((await getLatestRecord(db, item))?.ingestId).toBe(last.ingestId);
  });
});

describe.each(contractEngines())('any two fetches on $name', (engine) => {
  let database: ContractDatabase;
  const ids: string[] = [];
  beforeAll(async () => {
    database = await engine.create();
    for (const day of [5, 1, 3])
      ids.push(await add(database.db, 'Luke', day, `{"day":${day}}`, {}));
    ids.push(await add(database.db, 'Leia', 2, '{}', {}));
    ids.push(await add(database.db, 'Luke', 4, '{}', { source_name: 'other' }));
  });
  afterAll(() => database.dispose());

  it('of one resource are offered, newest first, and none of another resource or source', async () => {
    const { db } = database;
    const [newest = '', oldest = '', middle = '', leia = '', elsewhere = ''] = ids;
    const record = await getRecord(db, middle);
    if (!record) throw new Error('the record is gone');
    const fetches = await listFetches(db, record);
    expect(fetches.map(({ ingestId }) => ingestId)).toEqual([newest, middle, oldest]);
    expect((await getFetchOfSame(db, record, oldest))?.payload).toBe('{"day":1}');
    for (const none of [leia, elsewhere, middle, newId(), 'no id']) {
      expect(await getFetchOfSame(db, record, none)).toBeNull();
    }
  });
});

/** A record of the given day of January 2020. */
async function add(
  db: Db,
  resourceId: string,
  day: number,
  payload: string,
  over: {
    run_id?: string;
    work_item_id?: string;
    source_name?: string;
    status_code?: number;
  },
): Promise<string> {
  const ingestId = newId();
  await db.q
    .insertInto('IngestRecords')
    .values(
      ingestRecordRow(db.engine, {
        ingest_id: ingestId,
        source_system: 'test',
        source_name: 'sample',
        resource_id: resourceId,
        response_headers: '{"content-type":"text/plain"}',
        payload,
        fetched_at_utc: db.engine.instantParam(`2020-01-0${day}T10:00:00.000Z`),
        duration_ms: 5,
        content_type: 'text/plain',
        ...over,
      }),
    )
    .execute();
  return ingestId;
}
