/** Title and main text beside the pages of a source that extracts them. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { getPageText, getRecord } from '#lib/records/detail.ts';
import { readAgain } from '#lib/records/read-again.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { type LoopbackServer, startLoopbackServer } from '#test/loopback-server.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';

const sentence =
  'Der Hafen wurde 1874 gebaut, und später zweimal erweitert, größtenteils von Hand. ';
const main = sentence.repeat(6).trim();
const page = (title: string, menu = 'Menü') => `<!doctype html><title>${title}</title>
  <nav><a href="/">${menu}</a></nav><article><p>${main}</p><p>${main}</p></article>`;

describe.each(contractEngines())('texts of pages on $name', (engine) => {
  const newPipeline = usePipeline(engine);
  let bench: PipelineBench;
  let server: LoopbackServer;
  let lake: string | null = null;
  afterEach(async () => {
    await bench.dispose();
    await server.close();
    if (lake) await rm(lake, { recursive: true });
    lake = null;
  });

  async function open(
    bodies: Readonly<Record<string, [string, string | Buffer]>>,
    extracts = true,
  ) {
    server = await startLoopbackServer(({ url = '' }, response) => {
      const [type, body] = bodies[url] ?? ['text/plain', ''];
      response.writeHead(200, type === '' ? {} : { 'content-type': type }).end(body);
    });
    const baseDir = lake;
    bench = await newPipeline(
      baseDir === null ? {} : { lake: { enabled: true, baseDir, prettyPrint: false } },
    );
    await bench.seed({
      name: 'site',
      type: 'http',
      settings: { respect_robots: false, site: { extract_text: extracts } },
      seeds: [{ urls: Object.keys(bodies).map((path) => `${server.origin}${path}`) }],
    });
    await bench.crawl();
  }

  const records = () =>
    bench.context.db.q
      .selectFrom('IngestRecords')
      .select(['ingest_id', 'request_uri', 'page_title', 'page_text', 'payload', 'lake_path'])
      .select(['hash_sha256', 'content_hash'])
      .orderBy('request_uri')
      .execute();

  it('are stored with their records and in the lake, and change no hash', async () => {
    lake = await mkdtemp(path.join(tmpdir(), 'page-texts-'));
    await open({
      '/a': ['text/html; charset=utf-8', page('Häfen 🚢')],
      '/b': ['', page('Untyped')],
      '/c': ['text/plain', 'no page'],
      '/d': ['application/json', '{"title": "none"}'],
    });
    const stored = await records();
    expect(stored.map((one) => [one.page_title, one.page_text])).toEqual([
      ['Häfen 🚢', `${main}\n\n${main}`],
      ['Untyped', `${main}\n\n${main}`],
      [null, null],
      [null, null],
    ]);
    const [first] = stored;
    const document: unknown = JSON.parse(
      await readFile(path.join(lake, first?.lake_path ?? ''), 'utf8'),
    );
    expect(document).toMatchObject({
      page_title: 'Häfen 🚢',
      page_text: `${main}\n\n${main}`,
      hash_sha256: first?.hash_sha256,
    });
    const { db } = bench.context;
    expect(await getRecord(db, first?.ingest_id ?? '')).toMatchObject({
      pageTitle: 'Häfen 🚢',
      hasPageText: true,
    });
    expect(await getPageText(db, first?.ingest_id ?? '')).toBe(`${main}\n\n${main}`);
    expect(await getPageText(db, stored[3]?.ingest_id ?? '')).toBeNull();
  });

  it('of any length are kept, of pages nested too deeply the title alone', async () => {
    const long = `<!doctype html><title>Long</title><article>${`<p>${main}</p>`.repeat(200)}</article>`;
    const deep = `<!doctype html><title>Deep</title>${'<div>'.repeat(30_000)}${main}`;
    await open({ '/a': ['text/html', long], '/b': ['text/html', deep] });
    const [first, second] = await records();
    expect(first?.page_text).toBe(Array(200).fill(main).join('\n\n'));
    expect(second).toMatchObject({ page_title: 'Deep', page_text: null, payload: deep });
  });

  it('are made of pages that are stored already, and anew with another charset', async () => {
    const latin = Buffer.from(page('Größe', 'Menu'), 'latin1');
    await open({ '/a': ['text/html; charset=koi8-r', latin] }, false);
    const { db } = bench.context;
    const of = { source: 'site' };
    const actor = systemActor('test');
    expect((await records())[0]?.page_title).toBeNull();
    const extract = { of, as: 'main text', dryRun: false } as const;
    expect(await readAgain(db, actor, extract)).toEqual({ records: 1, changed: 1 });
    const [wrong] = await records();
    expect(wrong?.page_title).toMatch(/^Gr.+e$/);
    expect(wrong?.page_title).not.toBe('Größe');
    expect(await readAgain(db, actor, extract)).toEqual({ records: 0, changed: 0 });
    await readAgain(db, actor, { of, as: { charset: 'latin1' }, dryRun: false });
    const [right] = await records();
    expect(right).toMatchObject({ page_title: 'Größe', page_text: `${main}\n\n${main}` });
    expect(right?.content_hash).toBe(wrong?.content_hash);
  });
});
