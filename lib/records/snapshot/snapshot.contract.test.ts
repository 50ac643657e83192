import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from '#db/engine.ts';
import { systemActor } from '#lib/actor/model.ts';
import { hashJson, sha256 } from '#lib/canonical-json.ts';
import { newId } from '#lib/ids.ts';
import { readNow } from '#lib/now.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { exportSnapshot, recordLines } from './export.ts';
import { importSnapshot, verifySnapshot } from './import.ts';
import type { RecordLine } from './manifest.ts';

const actor = systemActor('test');

describe.each(contractEngines())('a snapshot of records on $name', (engine) => {
  let database: ContractDatabase;
  let db: Db;
  let home: string;
  let directory: string;

  beforeAll(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'snapshot-'));
    directory = path.join(home, 'whole');
    database = await engine.create();
    db = database.db;
    await insert(db, samples());
    await exportSnapshot(db, actor, { directory, sources: null, recordsPerPart: 3 });
  });
  afterAll(async () => {
    await database.dispose();
    await rm(home, { recursive: true, force: true });
  });

  it('is a directory of parts and a manifest, and leaves nothing unfinished', async () => {
    expect((await readdir(directory)).sort()).toEqual([
      'manifest.json',
      'records-00001.ndjson.gz',
      'records-00002.ndjson.gz',
      'records-00003.ndjson.gz',
    ]);
    expect(await readdir(home)).toEqual(['whole']);
    // For its owner and the group; Windows has no such modes.
    for (const one of process.platform === 'win32' ? [] : await readdir(directory))
      expect((await stat(path.join(directory, one))).mode & 0o777).toBe(0o640);
    const manifest = await verifySnapshot({ directory });
    expect(manifest).toMatchObject({ records: 9, sources: null });
    expect(manifest.parts.map((part) => part.records)).toEqual([3, 3, 3]);
  });

  it('does not overwrite another', async () => {
    await expect(exportSnapshot(db, actor, { directory, sources: null })).rejects.toMatchObject({
      code: 'snapshot_exists',
    });
  });

  it('holds the records of one source alone when it is asked for them', async () => {
    const some = path.join(home, 'some');
    const manifest = await exportSnapshot(db, actor, { directory: some, sources: ['other'] });
    expect(manifest).toMatchObject({ records: 1, sources: ['other'] });
    await rm(some, { recursive: true });
  });

  it.each(contractEngines())('is the same again after an import into $name', async (target) => {
    const other = await target.create();
    try {
      const first = await importSnapshot(other.db, actor, { directory });
      expect(first).toEqual({ records: 9, inserted: 9, known: 0 });
      expect(await allRecords(other.db)).toEqual(await allRecords(db));
      // A second import is what goes on after one that was broken off.
      const again = await importSnapshot(other.db, actor, { directory });
      expect(again).toEqual({ records: 9, inserted: 0, known: 9 });
      expect(await allRecords(other.db)).toHaveLength(9);
    } finally {
      await other.dispose();
    }
  });

  it('goes on where an import was broken off', async () => {
    const other = await engine.create();
    try {
      const records = await allRecords(db);
      await insert(other.db, records.slice(2, 6));
      expect(await importSnapshot(other.db, actor, { directory })).toMatchObject({
        inserted: 5,
        known: 4,
      });
      expect(await allRecords(other.db)).toEqual(records);
    } finally {
      await other.dispose();
    }
  });

  it('is refused when a record of the same id has other content here', async () => {
    const other = await engine.create();
    try {
      const [first] = await allRecords(db);
      if (!first) throw new Error('there is no record');
      await insert(other.db, [{ ...first, hash_sha256: sha256('something else') }]);
      await expect(importSnapshot(other.db, actor, { directory })).rejects.toMatchObject({
        code: 'snapshot_conflict',
      });
    } finally {
      await other.dispose();
    }
  });

  describe('of which one byte was changed', () => {
    let copy: string;
    // So that there would be something to insert.
    beforeAll(async () => {
      await db.q.deleteFrom('IngestRecords').where('resource_id', '!=', 'Ahsoka').execute();
    });
    beforeEach(async () => {
      copy = path.join(home, 'copy');
      await rm(copy, { recursive: true, force: true });
      await cp(directory, copy, { recursive: true });
    });
    afterAll(() => rm(copy, { recursive: true, force: true }));

    const change = async (file: string, at: (length: number) => number) => {
      const bytes = await readFile(path.join(copy, file));
      const index = at(bytes.length);
      bytes[index] = (bytes[index] ?? 0) ^ 1;
      await writeFile(path.join(copy, file), bytes);
    };
    const refused = async (code: string) => {
      const before = await allRecords(db);
      await expect(importSnapshot(db, actor, { directory: copy })).rejects.toMatchObject({
        code,
        remedy: expect.stringMatching(/.+/),
      });
      expect(await allRecords(db)).toEqual(before);
    };

    it.each([
      // The time and the operating system in the head of gzip are in no checksum of its own.
      ['in the head', 5],
      ['in the first record', 40],
    ])('%s of the last part: refused', async (_, at) => {
      await change('records-00003.ndjson.gz', () => at);
      await refused('snapshot_damaged');
    });

    it('at the end of a part: refused', async () => {
      await change('records-00002.ndjson.gz', (length) => length - 1);
      await refused('snapshot_damaged');
    });

    it('anywhere in the manifest: refused', async () => {
      const { length } = await readFile(path.join(copy, 'manifest.json'));
      for (let at = 0; at < length - 1; at += 29) {
        await change('manifest.json', () => at);
        const outcome = await verifySnapshot({ directory: copy }).catch((error) => error.code);
        // A blank between two tokens says nothing.
        if (typeof outcome !== 'string') expect(outcome.records).toBe(9);
        else expect(outcome).toBe('snapshot_damaged');
        await change('manifest.json', () => at);
      }
      await change('manifest.json', (all) => all - 12);
      await refused('snapshot_damaged');
    });

    it('a part cut short or gone: refused', async () => {
      const file = path.join(copy, 'records-00002.ndjson.gz');
      await writeFile(file, (await readFile(file)).subarray(0, -20));
      await refused('snapshot_damaged');
      await rm(file);
      await refused('snapshot_damaged');
    });

    it('no snapshot at all: refused', async () => {
      await rm(path.join(copy, 'manifest.json'));
      await refused('snapshot_unreadable');
    });
  });
});

/** What a round trip could spoil: charsets, control characters, blanks at the end, nulls, fractions of time. */
function samples(): RecordLine[] {
  const base = {
    source_system: 'http',
    source_name: 'site',
    resource_type: 'page',
    request_uri: 'https://site.example/',
    request_method: 'GET',
    status_code: 200,
    attempt: 1,
    error_message: null,
    fetched_at_utc: '2026-01-31T09:15:07.120Z',
  };
  const nothing = {
    request_headers: null,
    response_headers: null,
    hash_sha256: null,
    run_id: null,
    work_item_id: null,
    duration_ms: null,
    content_type: null,
    content_hash: null,
    charset: null,
    body_sha256: null,
    body_bytes: null,
    page_title: null,
    page_text: null,
    body: null,
  };
  const picture = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255]);
  const json = { title: 'Ahsoka', links: ['스타워즈', 'حرب'], big: 1e21, none: null };
  const record = (resource: string, over: Partial<RecordLine>): RecordLine => ({
    ...base,
    ...nothing,
    ingest_id: newId(),
    resource_id: resource,
    payload: '',
    ...over,
  });
  const texts = [
    [
      'Padmé',
      'Padmé Amidala, Königin – “Naboo” 🚀\u0001\u001f\r\n\tend  ',
      'text/html; charset=iso-8859-1',
    ],
    ['empty', '', 'text/plain; charset=utf-8'],
    ['number', '12', 'text/plain'],
  ] as const;
  return [
    record('Ahsoka', {
      page_title: 'Ahsoka – “Tano”',
      page_text: `스타워즈\n\n${'word '.repeat(5000)}`,
      payload: JSON.stringify(json),
      hash_sha256: hashJson(json),
      content_hash: sha256('projection'),
      content_type: 'application/json',
      request_headers: '{"accept":"*/*"}',
      response_headers: '{"etag":"\\"1\\""}',
      run_id: newId(),
      work_item_id: newId(),
      duration_ms: 12,
      attempt: 3,
    }),
    ...texts.map(([resource, payload, type]) =>
      record(resource, { payload, hash_sha256: sha256(payload), content_type: type }),
    ),
    record('picture', {
      hash_sha256: sha256(picture),
      body_sha256: sha256(picture),
      body_bytes: picture.byteLength,
      content_type: 'image/png',
      body: { coding: 'identity', base64: picture.toString('base64') },
    }),
    record('as it is', { payload: 'naïve', charset: 'utf-8', body_sha256: sha256('naïve') }),
    record('other', { source_name: 'other', payload: '[]', status_code: 203 }),
    record('銀河'.repeat(250), { payload: 'null', error_message: 'half of it' }),
    record('Chewbacca', { payload: JSON.stringify('x'.repeat(200_000)) }),
  ];
}

async function allRecords(db: Db): Promise<RecordLine[]> {
  const now = await readNow(db);
  const records: RecordLine[] = [];
  for await (const line of recordLines(db, { sources: null, until: now })) {
    records.push(JSON.parse(line));
  }
  return records.sort((a, b) => (a.ingest_id < b.ingest_id ? -1 : 1));
}

async function insert(db: Db, records: readonly RecordLine[]): Promise<void> {
  for (const { body, ...record } of records) {
    if (body !== null) {
      const data = Buffer.from(body.base64, 'base64');
      const row = { ingest_id: record.ingest_id, coding: body.coding, body: data };
      await db.engine.insertRecordBodies(db, [row]);
    }
    await db.q
      .insertInto('IngestRecords')
      .values({
        ...record,
        fetched_at_utc: db.engine.instantParam(record.fetched_at_utc),
        lake_path: 'http/site/page/x.json',
      })
      .execute();
  }
}
