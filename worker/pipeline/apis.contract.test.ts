import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/json.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import {
  bodyOf,
  type LoopbackServer,
  sendJson,
  startLoopbackServer,
} from '#test/loopback-server.ts';
import { type PipelineBench, usePipeline } from '#test/worker/pipeline.ts';

/** What the API has; the last page of any even size is a part of one. */
const truth = Array.from({ length: 53 }, (_, n) => ({ id: `r-${n + 1}`, n: n + 1 }));

const firstNumber = 9_007_199_254_740_992n;

interface Asked {
  readonly query: URLSearchParams;
  readonly json: Readonly<Record<string, unknown>>;
  readonly form: URLSearchParams;
  readonly origin: string;
}
type Answer = (asked: Asked) => { body: unknown; headers?: Record<string, string> };

const slice = (from: number, size: number) => truth.slice(from, from + size);
const link = (origin: string, cursor: number, size: number): Record<string, string> =>
  cursor + size < truth.length
    ? { link: `<${origin}/items?from=${cursor + size}>; rel="next"` }
    : {};
const numberOf = (value: unknown, otherwise: number) =>
  value === undefined || value === null ? otherwise : Number(value);

interface Api {
  readonly paging: JsonObject;
  readonly answer: Answer;
  readonly seed?: JsonObject;
  /** Requests it takes. */
  readonly requests: number;
}

const apis: Readonly<Record<string, Api>> = {
  'an offset, in pages that are smaller than asked for': {
    paging: {
      by: 'offset',
      rows: '$.items',
      parameter: 'offset',
      size_parameter: 'limit',
      size: 50,
    },
    answer: ({ query }) => ({
      body: {
        items: slice(numberOf(query.get('offset'), 0), Math.min(20, Number(query.get('limit')))),
      },
    }),
    requests: 4,
  },
  'an offset, up to a total': {
    paging: {
      by: 'offset',
      rows: '$.items[*]',
      parameter: 'skip',
      stop_field: '$.total',
      stop_means: 'rows',
    },
    answer: ({ query }) => ({
      body: { items: slice(numberOf(query.get('skip'), 0), 10), total: truth.length },
    }),
    requests: 6,
  },
  'a page number, up to the number of pages': {
    paging: {
      by: 'page',
      rows: '$.items',
      parameter: 'p',
      stop_field: '$.pages',
      stop_means: 'pages',
    },
    answer: ({ query }) => ({
      body: { items: slice((numberOf(query.get('p'), 1) - 1) * 10, 10), pages: 6 },
    }),
    requests: 6,
  },
  'a page number, from zero, until a page repeats': {
    paging: { by: 'page', rows: '$.items', parameter: 'p' },
    seed: { urls: ['/items?p=0'] },
    answer: ({ query }) => ({
      body: { items: slice(Math.min(numberOf(query.get('p'), 0), 5) * 10, 10), at: query.get('p') },
    }),
    requests: 7,
  },
  'a cursor in the answer': {
    paging: { by: 'cursor', field: '$.meta.cursor', parameter: 'cursor' },
    answer: ({ query }) => {
      const from = numberOf(query.get('cursor')?.replace(/^\/\+c=/, ''), 0);
      const next = from + 10 < truth.length ? `/+c=${from + 10}` : null;
      return { body: { items: slice(from, 10), meta: { cursor: next } } };
    },
    requests: 6,
  },
  'a cursor that goes round in a circle': {
    paging: { by: 'cursor', field: '$.cursor', parameter: 'cursor' },
    answer: ({ query }) => {
      const isSecond = query.get('cursor') === 'b';
      return {
        body: { items: isSecond ? slice(30, 23) : slice(0, 30), cursor: isSecond ? 'a' : 'b' },
      };
    },
    requests: 3,
  },
  'the last row': {
    paging: { by: 'last_row', field: '$[*].id', rows: '$', parameter: 'after' },
    answer: ({ query }) => ({
      body: slice(truth.findIndex(({ id }) => id === query.get('after')) + 1, 25),
    }),
    requests: 4,
  },
  'the last row, by numbers that no double holds': {
    paging: { by: 'last_row', field: '$.rows[*].no', rows: '$.rows', parameter: 'after' },
    answer: ({ query }) => {
      const after = BigInt(query.get('after') ?? firstNumber);
      const rows = slice(Number(after - firstNumber), 25).map(
        ({ id, n }) => `{"id":"${id}","no":${firstNumber + BigInt(n)}}`,
      );
      return { body: `{"rows":[${rows.join(',')}]}` };
    },
    requests: 4,
  },
  'the Link header': {
    paging: { by: 'link' },
    answer: ({ query, origin }) => {
      const from = numberOf(query.get('from'), 0);
      return { body: { items: slice(from, 15) }, headers: link(origin, from, 15) };
    },
    requests: 4,
  },
  'the next address in the answer': {
    paging: { by: 'next', field: "$['@odata.nextLink']" },
    answer: ({ query }) => {
      const from = numberOf(query.get('$skip'), 0);
      const next = from + 20 < truth.length ? { '@odata.nextLink': `?$skip=${from + 20}` } : {};
      return { body: { items: slice(from, 20), ...next } };
    },
    requests: 3,
  },
  'an offset in a JSON body': {
    paging: {
      by: 'offset',
      rows: '$.hits',
      parameter: 'page.from',
      put_in: 'body',
      stop_field: '$.more',
    },
    seed: {
      urls: ['/items'],
      method: 'POST',
      body: '{"id": 12345678901234567890, "page": {"from": 0}}',
    },
    answer: ({ json }) => {
      const { from } = json['page'] as { from: number };
      return { body: { hits: slice(from, 20), more: from + 20 < truth.length } };
    },
    requests: 3,
  },
  'a cursor in a form': {
    paging: { by: 'cursor', field: '$.next', parameter: 'scroll', put_in: 'body' },
    seed: { urls: ['/items'], method: 'POST', body: 'q=status%3Aopen' },
    answer: ({ form }) => {
      const from = form.get('q') === 'status:open' ? numberOf(form.get('scroll'), 0) : truth.length;
      return { body: { hits: slice(from, 30), next: from + 30 < truth.length ? from + 30 : null } };
    },
    requests: 2,
  },
};

describe.each(contractEngines())('APIs as people make them, crawled on $name', (engine) => {
  const openBench = usePipeline(engine);
  const servers: LoopbackServer[] = [];
  let bench: PipelineBench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
    await bench.dispose();
  });

  async function crawl({ paging, answer, seed = { urls: ['/items'] } }: Omit<Api, 'requests'>) {
    const respond = async (request: IncomingMessage, response: ServerResponse) => {
      const url = new URL(request.url ?? '', `http://${request.headers.host}`);
      const text = await bodyOf(request);
      const json: Record<string, unknown> = text.startsWith('{') ? JSON.parse(text) : {};
      const asked = { query: url.searchParams, json, form: new URLSearchParams(text) };
      const { body, headers = {} } = answer({ ...asked, origin: url.origin });
      if (typeof body === 'string') response.end(body);
      else sendJson(response, body, { headers });
    };
    const server = await startLoopbackServer((...exchange) => void respond(...exchange));
    servers.push(server);
    await bench.seed({
      name: 'api',
      type: 'http',
      settings: { base_url: server.origin, response: 'json', paging },
      seeds: [seed],
    });
    const crawled = await bench.crawl();
    const items = await bench.context.db.q
      .selectFrom('work_items')
      .select(['status', 'request_body'])
      .execute();
    const records = await bench.context.db.q
      .selectFrom('IngestRecords')
      .select('payload')
      .execute();
    const ids = records.flatMap(({ payload }) => payload.match(/r-\d+/g) ?? []);
    return { server, crawled, items, ids: [...new Set(ids)].sort() };
  }

  const whole = truth.map(({ id }) => id).sort();

  it.each(Object.entries(apis))('by %s: all of it', async (_, api) => {
    const { server, items, ids } = await crawl(api);
    expect(ids).toEqual(whole);
    expect(server.requests).toHaveLength(api.requests);
    expect(items.map(({ status }) => status)).toEqual(Array(api.requests).fill('completed'));
  });

  it('of which no more pages are read than allowed: item and run say so', async () => {
    const api = apis['a page number, up to the number of pages'];
    if (!api) throw new Error('no such API');
    const { server, crawled } = await crawl({ ...api, paging: { ...api.paging, max_pages: 2 } });
    expect(server.requests).toHaveLength(2);
    const leftOut = [...crawled.values()].map(({ facts }) => facts?.['not_enqueued']);
    expect(leftOut).toEqual([undefined, { pages_beyond: 1 }]);
  });

  it('whose numbers are sent by their digits', async () => {
    const { items } = await crawl({
      paging: { by: 'offset', rows: '$.items', parameter: 'from', put_in: 'body' },
      seed: { urls: ['/items'], method: 'POST', body: '{"id": 12345678901234567890}' },
      answer: ({ json }) => {
        return { body: { items: json['from'] === undefined ? [1, 2] : [] } };
      },
    });
    expect(items.map((item) => item.request_body).sort()).toEqual([
      '{"id": 12345678901234567890}',
      '{"id":12345678901234567890,"from":2}',
    ]);
  });
});
