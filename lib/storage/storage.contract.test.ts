import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { newId } from '#lib/ids.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { useStore } from '#test/queue-database.ts';
import { readStorage } from './read-storage.ts';
import { sampleInTurn } from './sample.ts';

describe.each(contractEngines())('storage on $name', (engine) => {
  const given = useStore(engine);
  const directories: string[] = [];
  afterEach(async () => {
    await given.db.q.deleteFrom('storage_samples').execute();
    await given.db.q.deleteFrom('totals_checks').where('part', '=', 'storage').execute();
    for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
  });
  const watched = {
    places: [{ what: 'the file lake', path: tmpdir() }],
    pauseBelowBytes: 1_000_000,
  };
  const sample = (over: { baseDir?: string; signal?: AbortSignal } = {}) => {
    const { baseDir, signal = new AbortController().signal } = over;
    const lake = { enabled: baseDir !== undefined, baseDir: baseDir ?? '/nonexistent' };
    return sampleInTurn({ db: given.db, reads: given.db, watched, lake, signal });
  };
  const givenRecord = (sourceName: string, type: string, payload: string) =>
    given.db.q
      .insertInto('IngestRecords')
      .values({
        ingest_id: newId(),
        source_system: 'test',
        source_name: sourceName,
        resource_type: type,
        attempt: 1,
        resource_id: 'x',
        request_uri: 'u',
        request_method: 'GET',
        status_code: 200,
        payload,
        fetched_at_utc: given.db.engine.now(),
      })
      .execute();

  it('is sampled once a day: every record is counted, of more than one portion', async () => {
    for (let n = 0; n < 510; n += 1) await givenRecord('news', 'page', 'x'.repeat(100));
    await givenRecord('news', 'image', 'x'.repeat(9_000));
    await givenRecord('laws', 'page', 'x');
    expect(await sample()).toBeGreaterThan(3);
    const { records, days, since, tables, disks } = await readStorage(given.db, watched);
    expect(records.map(({ name, part, rows }) => [name, part, rows])).toEqual([
      ['news', 'page', 510],
      ['news', 'image', 1],
      ['laws', 'page', 1],
    ]);
    expect(records[0]?.bytes).toBeGreaterThanOrEqual(510 * 100);
    expect(records[1]?.bytes).toBeGreaterThanOrEqual(9_000);
    expect(records[0]?.bytesPerDay).toBeNull();
    expect(days).toHaveLength(1);
    expect(since).toBeNull();
    const told = await given.db.engine.readTableSizes(given.db);
    expect(tables).toHaveLength(told?.length ?? 0);
    if (given.db.name === 'sqlite') expect(tables.length).toBeGreaterThan(30);
    expect(disks).toMatchObject([{ what: 'the file lake', pausesInDays: null }]);
    expect(await sample()).toBeNull();
  });

  it('tells growth from the earliest sample of the last month, and until when there is room', async () => {
    const baseDir = await mkdtemp(path.join(tmpdir(), 'lake-'));
    directories.push(baseDir);
    await mkdir(path.join(baseDir, 'a'));
    await writeFile(path.join(baseDir, 'a', 'one.json'), 'x'.repeat(11_000));
    await sample({ baseDir });
    const [{ day = '' } = {}] = (await readStorage(given.db, watched)).days;
    const daysBefore = (days: number) =>
      new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10);
    const lake = { kind: 'lake', name: 'the file lake', part: '', row_count: 1 } as const;
    await given.db.q
      .insertInto('storage_samples')
      .values([
        { day: daysBefore(40), ...lake, bytes: 1 },
        { day: daysBefore(10), ...lake, bytes: 1_000 },
        { day: daysBefore(3), ...lake, bytes: 10_500 },
      ])
      .execute();
    const storage = await readStorage(given.db, watched);
    expect(storage.since).toBe(daysBefore(10));
    expect(storage.lake).toMatchObject({ bytes: 11_000, rows: 1, bytesPerDay: 1_000 });
    const [disk] = storage.disks;
    const room = (disk?.freeBytes ?? 0) - 1_000_000;
    expect(disk?.pausesInDays).toBeCloseTo(room / 1_000, 0);
    expect(storage.days.map(({ lakeBytes }) => lakeBytes)).toEqual([1, 1_000, 10_500, 11_000]);
  });

  it('before the first sample is empty, and a sample that was ended is taken again', async () => {
    expect(await sample({ signal: AbortSignal.abort() })).toBeNull();
    expect(await readStorage(given.db, watched)).toMatchObject({
      days: [],
      tables: [],
      lake: null,
    });
    expect(await sample({ baseDir: '/nonexistent/lake' })).not.toBeNull();
    expect((await readStorage(given.db, watched)).lake).toMatchObject({ bytes: 0, rows: 0 });
  });
});
