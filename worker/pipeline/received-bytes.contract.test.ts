import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import type { JsonObject } from '#lib/json.ts';
import { getReceivedBody } from '#lib/records/body.ts';
import { checkLake } from '#lib/records/check-lake.ts';
import { readAgain } from '#lib/records/read-again.ts';
import { purgeOld } from '#lib/retention/purge.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { type LoopbackServer, startLoopbackServer } from '#test/loopback-server.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';
import type { PipelineContext } from './context.ts';
import { processItem } from './process.ts';

const hash = (body: Uint8Array) => createHash('sha256').update(body).digest('hex');
const text = (words: string) => Buffer.from(words);
const bytes = (...values: number[]) => Buffer.from(values);

const kinds: Readonly<Record<string, { type: string; body: Buffer; payload: string }>> = {
  'a page in UTF-8': {
    type: 'text/html; charset=utf-8',
    body: text('<p>naïve ☃ 𝒳</p>\r\n'),
    payload: '<p>naïve ☃ 𝒳</p>\r\n',
  },
  'a page with a byte order mark': {
    type: 'text/html',
    body: Buffer.concat([bytes(0xef, 0xbb, 0xbf), text('<p>é</p>')]),
    payload: '<p>é</p>',
  },
  'a page in windows-1252': {
    type: 'text/html; charset=windows-1252',
    body: bytes(0x3c, 0x70, 0x3e, 0x80, 0xe9),
    payload: '<p>€é',
  },
  'a page whose charset is wrong': {
    type: 'text/html; charset=utf-8',
    body: bytes(0x63, 0x61, 0x66, 0xe9, 0xf0, 0x9f, 0x98),
    payload: 'caf\ufffd\ufffd',
  },
  'a text with NUL': { type: 'text/css', body: text('a\0b'), payload: 'a\ufffdb' },
  'an empty body': { type: 'text/plain', body: text(''), payload: '' },
  'JSON with its blanks': {
    type: 'application/json',
    body: text(' {"b" : 1.0,\n "a":[ ] } '),
    payload: ' {"b" : 1.0,\n "a":[ ] } ',
  },
  'a picture': {
    type: 'image/png',
    body: Buffer.concat([bytes(0x89, 0x50, 0x4e, 0x47, 0, 1), randomBytes(200_000)]),
    payload: '',
  },
  'a picture that is called text': {
    type: 'text/plain',
    body: bytes(0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 0xff),
    payload: '',
  },
  'a document': {
    type: 'application/pdf',
    body: text(`%PDF-1.7\n${'é'.repeat(5000)}`),
    payload: '',
  },
  'a picture that is text': {
    type: 'image/svg+xml',
    body: text('<svg><a href="/x"/></svg>'),
    payload: '<svg><a href="/x"/></svg>',
  },
  'what has no type and is no text': {
    type: '',
    body: bytes(0xff, 0xfb, 0x90, 0, 0, 1, 2),
    payload: '',
  },
};

describe.each(contractEngines())('what was received, on $name', (engine) => {
  const openBench = usePipeline(engine);
  let bench: PipelineBench;
  let server: LoopbackServer;
  afterEach(async () => {
    await server.close();
    await bench.dispose();
  });

  let answer: { type: string; body: Buffer } = { type: '', body: text('') };
  async function open(settings: JsonObject = {}, over: Partial<PipelineContext> = {}) {
    server = await startLoopbackServer((_, response) => {
      response.writeHead(200, answer.type === '' ? {} : { 'content-type': answer.type });
      response.end(answer.body);
    });
    bench = await openBench(over);
    await bench.seed({
      name: 'site',
      type: 'http',
      settings: { respect_robots: false, rate_limit_delay: 0, ...settings },
      seeds: [{ urls: [`${server.origin}/thing`] }],
    });
  }
  const fetchOnce = async () => processItem(await bench.claimOne(), bench.context);
  const again = async () => {
    const { store, db } = bench.context;
    const items = await db.q.selectFrom('work_items').select('work_item_id').execute();
    await store.resetForRecrawl({ workItemIds: items.map((item) => item.work_item_id) });
    return fetchOnce();
  };
  const records = () =>
    bench.context.db.q.selectFrom('IngestRecords').selectAll().orderBy('ingest_id').execute();
  const bodies = () => bench.context.db.q.selectFrom('record_bodies').selectAll().execute();

  it.each(Object.entries(kinds))(
    '%s is given back as it came',
    async (_, { type, body, payload }) => {
      answer = { type, body };
      await open();
      expect(await fetchOnce()).toMatchObject({ kind: 'completed' });
      const [record] = await records();
      expect(record).toMatchObject({ payload, body_sha256: hash(body) });
      expect(Number(record?.body_bytes)).toBe(body.byteLength);
      const received = await getReceivedBody(bench.context.db, record?.ingest_id ?? '');
      expect(hash(received?.body ?? text('nothing'))).toBe(hash(body));
      // What the payload holds already is kept once.
      expect(await bodies()).toHaveLength(Buffer.from(payload).equals(body) ? 0 : 1);
      expect(await again()).toMatchObject({ kind: 'completed' });
      expect(await records()).toHaveLength(1);
    },
  );

  it.each([
    [
      'a feed',
      'feed',
      { feeds: ['FEED'] },
      '<rss version="2.0"><channel><title>é</title><item><guid>1</guid><title>One</title></item></channel></rss>\n',
    ],
    [
      'a sitemap',
      'http',
      { sitemaps: ['FEED'] },
      '<urlset><url><loc>http://x.example/</loc></url></urlset>\n',
    ],
  ])('%s is read as data and given back as it came', async (_, type, seed, body) => {
    answer = { type: 'application/xml', body: text(body) };
    server = await startLoopbackServer((_, response) => {
      response.writeHead(200, { 'content-type': answer.type }).end(answer.body);
    });
    bench = await openBench();
    const seeds = [JSON.parse(JSON.stringify(seed).replace('FEED', `${server.origin}/thing`))];
    const settings = { respect_robots: false, rate_limit_delay: 0 };
    await bench.seed({ name: 'site', type, settings, seeds });
    expect(await fetchOnce()).toMatchObject({ kind: 'completed' });
    const [record] = await records();
    expect(typeof JSON.parse(record?.payload ?? '')).toBe('object');
    const received = await getReceivedBody(bench.context.db, record?.ingest_id ?? '');
    expect(Buffer.from(received?.body ?? []).toString()).toBe(body);
  });

  it.each([
    ['binary content', { type: 'image/gif', body: bytes(0x47, 0x49, 0x46, 0, 255) }],
    ['long numbers', { type: 'application/json', body: text('{"id":9007199254740993,"n":1.10}') }],
    ['another charset', { type: 'text/plain; charset=koi8-r', body: bytes(0xf0, 0xd2, 0xc9) }],
  ])(
    'a record of %s and its file in the lake agree, and the file can be made again',
    async (_, sent) => {
      answer = sent;
      const baseDir = await mkdtemp(path.join(tmpdir(), 'bytes-'));
      await open({}, { lake: { enabled: true, baseDir, prettyPrint: false } });
      await fetchOnce();
      const [record] = await records();
      const file = path.join(baseDir, record?.lake_path ?? '');
      const written = await readFile(file, 'utf8');
      expect(written).toContain(`"body_sha256":"${hash(sent.body)}"`);
      const check = async (fix: boolean) => {
        const faults = checkLake(bench.context.db, systemActor('test'), {
          baseDir,
          prettyPrint: false,
          fix,
          graceMs: 0,
        });
        let next = await faults.next();
        while (!next.done) next = await faults.next();
        return next.value;
      };
      expect(await check(false)).toMatchObject({ records: 1, files: 1, found: 0 });
      await rm(file);
      expect(await check(true)).toMatchObject({ found: 1, repaired: 1 });
      const payloadOf = (document: string) => /"payload":.*,"fetched_at_utc"/.exec(document)?.[0];
      expect(payloadOf(await readFile(file, 'utf8'))).toBe(payloadOf(written));
      expect(await check(false)).toMatchObject({ found: 0 });
      await rm(baseDir, { recursive: true });
    },
  );

  it('a change that reading does not show is a change', async () => {
    answer = { type: 'text/html; charset=utf-8', body: bytes(0x63, 0xe9) };
    await open();
    await fetchOnce();
    answer = { ...answer, body: bytes(0x63, 0xe8) };
    await again();
    expect((await records()).map(({ payload }) => payload)).toEqual(['c\ufffd', 'c\ufffd']);
  });

  it('a change of the last digit of a number is a change, and numbers are followed by their digits', async () => {
    const json = (id: string) => ({
      type: 'application/json',
      body: text(`{"items":[{"id": ${id}}],"big":12345678901234567890,"exp":1e400}`),
    });
    answer = json('9007199254740993');
    await open({ discovery: { enabled: true, links: ['$.items[*].id'], max_depth: 1 } });
    await fetchOnce();
    answer = json('9007199254740992');
    await again();
    expect((await records()).map(({ payload }) => payload)).toEqual([
      json('9007199254740993').body.toString(),
      json('9007199254740992').body.toString(),
    ]);
    const items = await bench.context.db.q.selectFrom('work_items').select('request_uri').execute();
    expect(items.map((item) => item.request_uri.replace(server.origin, '')).toSorted()).toEqual([
      '/9007199254740992',
      '/9007199254740993',
      '/thing',
    ]);
  });

  it('what compresses is packed', async () => {
    answer = {
      type: 'text/html; charset=utf-16le',
      body: Buffer.from('word '.repeat(9000), 'utf16le'),
    };
    await open();
    await fetchOnce();
    const [body] = await bodies();
    expect(body?.coding).toBe('gzip');
    expect(body?.body.byteLength).toBeLessThan(1000);
  });

  it('is read again in another charset, and the next fetch sees no change in that', async () => {
    // テスト in Shift_JIS, which the server calls UTF-8.
    answer = { type: 'text/html; charset=utf-8', body: bytes(0x83, 0x65, 0x83, 0x58, 0x83, 0x67) };
    await open();
    await fetchOnce();
    const { db } = bench.context;
    const actor = systemActor('test');
    const asked = { of: { source: 'site' }, as: { charset: 'Shift_JIS' }, dryRun: true };
    expect(await readAgain(db, actor, asked)).toEqual({ records: 1, changed: 1 });
    expect((await records())[0]?.charset).toBe('utf-8');
    expect(await readAgain(db, actor, { ...asked, dryRun: false })).toEqual({
      records: 1,
      changed: 1,
    });
    const [record] = await records();
    expect(record).toMatchObject({
      payload: 'テスト',
      charset: 'shift_jis',
      hash_sha256: hash(text('テスト')),
      body_sha256: hash(answer.body),
    });
    const received = await getReceivedBody(db, record?.ingest_id ?? '');
    expect(hash(received?.body ?? text(''))).toBe(hash(answer.body));
    expect(await readAgain(db, actor, { ...asked, dryRun: false })).toEqual({
      records: 1,
      changed: 0,
    });
    await again();
    expect(await records()).toHaveLength(1);
    await expect(
      readAgain(db, actor, { ...asked, as: { charset: 'klingon' } }),
    ).rejects.toMatchObject({
      code: 'input_invalid',
    });
  });

  it('a page that was UTF-8 all along is kept once when it is read so', async () => {
    answer = { type: 'text/html; charset=windows-1252', body: text('naïve') };
    await open();
    await fetchOnce();
    expect((await records())[0]?.payload).toBe('naÃ¯ve');
    expect(await bodies()).toHaveLength(1);
    const of = { ingestId: (await records())[0]?.ingest_id ?? '' };
    const as = { charset: 'utf8' };
    await readAgain(bench.context.db, systemActor('test'), { of, as, dryRun: false });
    expect((await records())[0]).toMatchObject({ payload: 'naïve', charset: 'utf-8' });
    expect(await bodies()).toEqual([]);
    expect(Buffer.from((await getReceivedBody(bench.context.db, of.ingestId))?.body ?? [])).toEqual(
      answer.body,
    );
  });

  it('bytes that were changed in the database are not given out as what was received', async () => {
    answer = { type: 'text/html; charset=latin1', body: bytes(0xe9) };
    await open();
    await fetchOnce();
    const [record] = await records();
    await bench.context.db.q
      .updateTable('record_bodies')
      .set({ body: bytes(0xe8) })
      .execute();
    await expect(getReceivedBody(bench.context.db, record?.ingest_id ?? '')).rejects.toMatchObject({
      code: 'body_damaged',
    });
  });

  it('a body goes with its record, and when its record went by another way', async () => {
    answer = { type: 'image/gif', body: bytes(0x47, 0x49, 0x46, 1) };
    await open();
    await fetchOnce();
    answer = { ...answer, body: bytes(0x47, 0x49, 0x46, 2) };
    await again();
    const { db } = bench.context;
    const [first, second] = await records();
    await db.q
      .updateTable('IngestRecords')
      .set({ fetched_at_utc: db.engine.nowPlus(-9 * 86_400_000) })
      .where('ingest_id', '=', first?.ingest_id ?? '')
      .execute();
    const old = { olderThanMs: 86_400_000 };
    await purgeOld(db, undefined, [{ kind: 'versions', source: 'site', ...old }]);
    expect((await bodies()).map((body) => body.ingest_id.toLowerCase())).toEqual([
      second?.ingest_id.toLowerCase(),
    ]);
    await db.q.deleteFrom('IngestRecords').execute();
    await purgeOld(db, undefined, [{ kind: 'bodies', ...old }]);
    expect(await bodies()).toHaveLength(1);
    await db.q
      .updateTable('record_bodies')
      .set({ stored_at: db.engine.nowPlus(-2 * 86_400_000) })
      .execute();
    await purgeOld(db, undefined, [{ kind: 'bodies', ...old }]);
    expect(await bodies()).toEqual([]);
  });
});
