import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { sha256 } from '#lib/canonical-json.ts';
import { newId } from '#lib/ids.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { ingestRecordRow } from '#test/db/ingest-record.ts';
import { checkLake } from './check-lake.ts';
import { lakePath, writeLakeFile } from './lake.ts';
import type { LakeFinding } from './lake-faults.ts';

const records = 450;

describe.each(contractEngines())('the lake and the records on $name', (engine) => {
  let database: ContractDatabase;
  let baseDir: string;
  const files: string[] = [];

  beforeAll(async () => {
    database = await engine.create();
    baseDir = await mkdtemp(path.join(tmpdir(), 'lake-'));
    const { db } = database;
    const hourAgo = new Date(Date.now() - 3_600_000);
    for (let n = 0; n < records; n += 1) {
      const ingestId = newId();
      const identity = {
        sourceSystem: 'http',
        sourceName: 'site',
        resourceType: 'page',
        resourceId: `Page ${n}`,
      };
      const file = lakePath({ ...identity, ingestId, fetchedAt: '2026-01-31T09:15:07.123Z' });
      files.push(file);
      await writeLakeFile(
        file,
        { ingest_id: ingestId, payload: { n } },
        { baseDir, prettyPrint: false },
      );
      await utimes(path.join(baseDir, file), hourAgo, hourAgo);
      await db.q
        .insertInto('IngestRecords')
        .values(
          ingestRecordRow(db.engine, {
            ingest_id: ingestId,
            resource_id: identity.resourceId,
            payload: JSON.stringify({ n }),
            lake_path: file,
          }),
        )
        .execute();
    }
  });
  afterAll(async () => {
    await database.dispose();
    await rm(baseDir, { recursive: true, force: true });
  });

  async function check(fix: boolean) {
    const checking = checkLake(database.db, systemActor('test'), {
      baseDir,
      prettyPrint: false,
      fix,
    });
    const found: LakeFinding[] = [];
    let step = await checking.next();
    for (; !step.done; step = await checking.next()) found.push(step.value);
    return { tally: step.value, found };
  }

  it('are compared page by page, each once', async () => {
    expect(await check(false)).toEqual({
      tally: { records, files: records, found: 0, repaired: 0 },
      found: [],
    });
  });

  it('are repaired where they differ, in the first page and in the last', async () => {
    const [first = ''] = files;
    const last = files.at(-1) ?? '';
    const text = await readFile(path.join(baseDir, last), 'utf8');
    await rm(path.join(baseDir, first));
    await writeFile(path.join(baseDir, last), 'not JSON');
    const stray = path.join(baseDir, 'stray.json');
    await writeFile(stray, text);
    const hourAgo = new Date(Date.now() - 3_600_000);
    for (const file of [stray, path.join(baseDir, last)]) await utimes(file, hourAgo, hourAgo);

    const { tally, found } = await check(true);
    expect(found.map((one) => `${one.kind} ${one.path}`).sort()).toEqual([
      `damaged ${last}`,
      `missing ${first}`,
      'orphaned stray.json',
    ]);
    expect(tally).toMatchObject({ found: 3, repaired: 3 });
    expect(JSON.parse(await readFile(path.join(baseDir, last), 'utf8'))).toMatchObject({
      ...JSON.parse(text),
      resource_id: `Page ${records - 1}`,
    });
    expect((await check(false)).tally.found).toBe(0);
  });

  it('are outdated where a record was read again, and follow it, or it is said why not', async () => {
    const { q } = database.db;
    const [first = '', second = '', third = ''] = files;
    const read = (
      file: string,
      values: { page_title?: string; page_text: string; payload?: string },
    ) => q.updateTable('IngestRecords').set(values).where('lake_path', '=', file).execute();
    await read(first, { page_title: 'One', page_text: 'Main text' });
    await read(second, { page_text: '' });
    await read(third, { page_text: 'Main text', payload: '{"n": "changed"}' });
    await q
      .updateTable('IngestRecords')
      .set({ hash_sha256: sha256('{"n":2}') })
      .where('lake_path', '=', third)
      .execute();
    const { tally, found } = await check(true);
    expect(found.toSorted((a, b) => a.path.localeCompare(b.path, 'en'))).toMatchObject(
      [
        { path: first, kind: 'outdated', repaired: { ok: true } },
        {
          path: third,
          kind: 'outdated',
          why: 'has no main text, and its record has one',
          repaired: { ok: false, why: 'the payload of its record does not match its hash either' },
        },
      ].toSorted((a, b) => a.path.localeCompare(b.path, 'en')),
    );
    expect(tally).toMatchObject({ found: 2, repaired: 1 });
    expect(JSON.parse(await readFile(path.join(baseDir, first), 'utf8'))).toMatchObject({
      page_title: 'One',
      page_text: 'Main text',
    });
  });
});
