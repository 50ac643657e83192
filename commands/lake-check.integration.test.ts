import { mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashJson, sha256 } from '#lib/canonical-json.ts';
import { newId } from '#lib/ids.ts';
import { lakeDocument, writeToLake } from '#lib/records/lake.ts';
import { ingestRecordRow } from '#test/db/ingest-record.ts';
import { openSite, type Site } from '#test/worker/processes.ts';

let site: Site;
let lake: string;
beforeEach(async () => {
  site = await openSite();
  lake = path.join(site.directory, 'lake');
  await mkdir(lake);
});
afterEach(() => site.dispose());

/** A record with its file, as a worker stores both; the file is an hour old. */
async function store(resourceId: string, stored: { json: object } | { text: string }) {
  const text = 'text' in stored ? stored.text : null;
  const payload = 'text' in stored ? stored.text : stored.json;
  const record = {
    ingestId: newId(),
    sourceSystem: 'http',
    sourceName: 'site',
    resourceType: 'page',
    resourceId,
    requestUri: `https://site.example/${resourceId}`,
    requestMethod: 'GET',
    requestHeaders: { accept: '*/*' },
    statusCode: 200,
    responseHeaders: { 'content-type': 'text/plain' },
    fetchedAt: '2026-01-31T09:15:07.123Z',
    hashSha256: text === null ? hashJson(JSON.parse(JSON.stringify(payload))) : sha256(text),
    runId: null,
    workItemId: null,
    attempt: 1,
    durationMs: 5,
    charset: null,
    bodySha256: null,
    bodyBytes: null,
    pageTitle: null,
    pageText: null,
    payload: JSON.parse(JSON.stringify(payload)),
  };
  const document = lakeDocument(record);
  const lakePath = await writeToLake(
    { ...record, document },
    { baseDir: lake, prettyPrint: false },
  );
  const { db } = site.runtime;
  await db.q
    .insertInto('IngestRecords')
    .values(
      ingestRecordRow(db.engine, {
        ingest_id: record.ingestId,
        resource_id: resourceId,
        request_uri: record.requestUri,
        request_headers: JSON.stringify(record.requestHeaders),
        response_headers: JSON.stringify(record.responseHeaders),
        payload: text ?? JSON.stringify(payload),
        fetched_at_utc: db.engine.instantParam(record.fetchedAt),
        hash_sha256: record.hashSha256,
        duration_ms: 5,
        content_type: text === null ? 'application/json' : 'text/html; charset=iso-8859-1',
        lake_path: lakePath,
      }),
    )
    .execute();
  await age(lakePath);
  return { ...record, lakePath, file: path.join(lake, lakePath) };
}

const age = (relative: string) => {
  const hourAgo = new Date(Date.now() - 3_600_000);
  return utimes(path.join(lake, relative), hourAgo, hourAgo);
};

async function check(...flags: string[]) {
  const ended = await site.run('commands/lake-check.ts', ['--json', ...flags], {
    INGEST_LAKE_DIR: lake,
  });
  const lines = ended.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const faults = lines.slice(0, -1).map(({ fault }) => fault);
  return { code: ended.code, faults, tally: lines.at(-1), stderr: ended.stderr };
}

const kinds = (faults: readonly { kind: string; path: string }[]) =>
  faults.map(({ kind, path: file }) => `${kind} ${file}`).sort();

describe('pnpm lake:check', () => {
  it('finds that all is well, text in another charset included', async () => {
    await store('Yoda', { json: { title: 'Yoda', size: 0.66 } });
    await store('Padmé', { text: 'Padmé <b>Amidala</b>' });
    const found = await check();
    expect(found).toMatchObject({ code: 0, faults: [], tally: { records: 2, files: 2, found: 0 } });
  });

  it('names what is missing, damaged and orphaned, repairs it, and is content afterwards', async () => {
    const gone = await store('gone', { json: { a: 1 } });
    const cut = await store('cut', { text: 'The whole text.' });
    const changed = await store('changed', { json: { a: 2 } });
    const swapped = await store('swapped', { json: { a: 3 } });
    const kept = await store('kept', { json: { a: 4 } });
    const originals = await Promise.all(
      [gone, cut, changed, swapped].map(({ file }) => readFile(file, 'utf8')),
    );
    await rm(gone.file);
    await writeFile(cut.file, originals[1]?.slice(0, -9) ?? '');
    await writeFile(changed.file, originals[2]?.replace('"a":2', '"a":7') ?? '');
    await writeFile(swapped.file, await readFile(kept.file, 'utf8'));
    await writeFile(path.join(lake, 'stray.json'), '{"of":"somebody else"}');
    await writeFile(path.join(lake, '.0123.tmp'), 'half');
    for (const one of [cut.lakePath, changed.lakePath, swapped.lakePath, 'stray.json', '.0123.tmp'])
      await age(one);
    const expected = [
      `damaged ${changed.lakePath}`,
      `damaged ${cut.lakePath}`,
      `damaged ${swapped.lakePath}`,
      'leftover .0123.tmp',
      `missing ${gone.lakePath}`,
      'orphaned stray.json',
    ];

    const found = await check();
    expect(found.code).toBe(2);
    expect(kinds(found.faults)).toEqual(expected);
    expect(await readdir(lake)).toContain('stray.json');

    const repaired = await check('--fix');
    expect(repaired).toMatchObject({ code: 3, tally: { found: 6, repaired: 6 } });
    expect(kinds(repaired.faults)).toEqual(expected);
    expect(
      await Promise.all([gone, cut, changed, swapped].map(({ file }) => readFile(file, 'utf8'))),
    ).toEqual(originals);
    expect(await readFile(path.join(lake, '.orphans/stray.json'), 'utf8')).toContain('somebody');
    expect(await check()).toMatchObject({ code: 0, faults: [] });
    const audited = await site.runtime.db.q.selectFrom('audit_log').select('action').execute();
    expect(audited.map(({ action }) => action)).toEqual(['lake.repair']);
  });

  it('leaves a file alone that a worker may be about to record', async () => {
    await store('kept', { json: {} });
    await writeFile(path.join(lake, 'fresh.json'), '{}');
    await writeFile(path.join(lake, '.fresh.tmp'), '');
    expect(await check('--fix')).toMatchObject({ code: 0, faults: [] });
    expect((await readdir(lake)).sort()).toEqual(['.fresh.tmp', 'fresh.json', 'http']);
  });

  it('does not write a payload over the file that does not match the hash of its record', async () => {
    const one = await store('rotten', { json: { a: 1 } });
    await site.runtime.db.q.updateTable('IngestRecords').set({ payload: '{"a":9}' }).execute();
    expect((await check()).code).toBe(0);
    await rm(one.file);
    const found = await check('--fix');
    expect(found).toMatchObject({ code: 2, tally: { found: 1, repaired: 0 } });
    expect(found.faults[0]?.repaired.why).toContain('does not match its hash');
  });

  it('does not take a lake that is not mounted for an empty one', async () => {
    await store('kept', { json: {} });
    await rename(lake, `${lake}-elsewhere`);
    const found = await check('--fix');
    expect(found.code).toBe(1);
    expect(found.stderr).toContain('lake_unreadable');
    expect(await readdir(site.directory)).not.toContain('lake');
  });

  it('tells the same as a table', async () => {
    const one = await store('gone', { json: {} });
    await rm(one.file);
    const ended = await site.run('commands/lake-check.ts', [], { INGEST_LAKE_DIR: lake });
    expect(ended.stdout).toContain(`✗ missing   ${one.lakePath}  record ${one.ingestId}`);
    expect(ended.stdout).toMatch(/Faults +1\n✗ Lake and records differ/);
  });
});
