import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterEach, describe, expect, it } from 'vitest';
import { FailingAnswers } from '#app/(console)/work-items/[workItemId]/failing-answers.tsx';
import { failingAnswersOf } from '#lib/items/failing-answers.ts';
import { purgeOld } from '#lib/retention/purge.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { type LoopbackServer, startLoopbackServer } from '#test/loopback-server.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';
import { processItem } from './process.ts';

describe.each(contractEngines())('the answers of failed attempts, on $name', (engine) => {
  const openBench = usePipeline(engine);
  let bench: PipelineBench;
  let server: LoopbackServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
    await bench.dispose();
  });

  let answer: (response: ServerResponse) => void = (response) => void response.end();
  async function open(origin?: string) {
    server = await startLoopbackServer((_, response) => answer(response));
    bench = await openBench();
    await bench.seed({
      name: 'site',
      type: 'http',
      settings: { respect_robots: false, rate_limit_delay: 0, max_retries: 10, response: 'json' },
      seeds: [{ urls: [`${origin ?? server.origin}/thing`] }],
    });
  }
  /** One attempt; whatever the item waited for is over. */
  async function attempt() {
    const { db } = bench.context;
    await db.q
      .updateTable('work_items')
      .set({ available_at: db.engine.nowPlus(-1000) })
      .execute();
    await db.q.updateTable('hosts').set({ blocked_until: null }).execute();
    const leased = await bench.claimOne();
    await processItem(leased, bench.context);
    return leased.item.workItemId;
  }
  const answersOf = (workItemId: string) => failingAnswersOf(bench.context.db, workItemId);

  it('are kept with status, headers and the beginning of their body, without secrets', async () => {
    answer = (response) => {
      response.writeHead(503, {
        'content-type': 'text/html; charset=windows-1252',
        'x-request-id': 'r-1',
        'set-cookie': 'session=s3cr3t',
        'x-api-key': 's3cr3t',
      });
      response.end(Buffer.concat([Buffer.from([0xe9]), Buffer.alloc(50_000, 'x')]));
    };
    await open();
    const [kept, ...others] = await answersOf(await attempt());
    expect(others).toEqual([]);
    expect(kept).toMatchObject({
      httpStatus: 503,
      url: `${server?.origin}/thing`,
      bodyBytes: 50_001,
      isCut: true,
      headers: { 'x-request-id': 'r-1' },
    });
    expect(kept?.text).toBe(`é${'x'.repeat(16 * 1024 - 1)}`);
    expect(JSON.stringify(kept)).not.toContain('s3cr3t');
  });

  it('are kept when a success is none', async () => {
    answer = (response) => void response.end('{"half": ');
    await open();
    expect(await answersOf(await attempt())).toMatchObject([
      { httpStatus: 200, text: '{"half": ', isCut: false },
    ]);
  });

  it('that are no text are told by their size', async () => {
    answer = (response) => {
      response.writeHead(404, { 'content-type': 'image/png' });
      response.end(randomBytes(300));
    };
    await open();
    expect(await answersOf(await attempt())).toMatchObject([{ text: null, bodyBytes: 300 }]);
  });

  it('are none where nobody answered', async () => {
    await open('http://127.0.0.1:9');
    expect(await answersOf(await attempt())).toEqual([]);
  });

  it('of an item are the last three, and go with the run log', async () => {
    let asked = 0;
    answer = (response) => {
      asked += 1;
      response.writeHead(500).end(`answer ${asked}`);
    };
    await open();
    let id = '';
    for (let at = 0; at < 5; at += 1) id = await attempt();
    const texts = (await answersOf(id)).map(({ text }) => text);
    expect(texts).toEqual(['answer 5', 'answer 4', 'answer 3']);
    const { db } = bench.context;
    await db.q
      .updateTable('attempt_answers')
      .set({ answered_at: db.engine.nowPlus(-31 * 86_400_000) })
      .execute();
    await purgeOld(db);
    expect(await answersOf(id)).toEqual([]);
  });

  it('with a script in them are shown as text', async () => {
    const script = '</pre><script>alert(document.cookie)</script><img src=x onerror=alert(1)>';
    answer = (response) => {
      response.writeHead(500, { 'content-type': 'text/html', 'x-page': '<script>1</script>' });
      response.end(script);
    };
    await open();
    const answers = await answersOf(await attempt());
    expect(answers[0]?.text).toBe(script);
    const shown = renderToStaticMarkup(createElement(FailingAnswers, { answers }));
    expect(shown).toContain('&lt;script&gt;alert(document.cookie)&lt;/script&gt;');
    expect(shown).not.toMatch(/<script|<img|<\/pre><script/);
  });
});
