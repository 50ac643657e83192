import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpClient } from '#lib/egress/create-http-client.ts';
import { politeHttp } from './polite-http.ts';

const client = createHttpClient({ allow: ['127.0.0.0/8'], userAgent: 'test' });
const seenAt: number[] = [];
let server: Server;
let url = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    seenAt.push(performance.now());
    if (request.url === '/redirect') response.writeHead(302, { location: '/' });
    const wish = /^\/wait\/(.*)$/.exec(request.url ?? '')?.[1];
    if (wish !== undefined) response.writeHead(307, { location: '/', 'retry-after': wish });
    response.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server's address is an AddressInfo.
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await client.close();
  await new Promise((resolve) => server.close(resolve));
});

const request = (path = '/') => ({ url: `${url}${path}`, timeoutMs: 5_000 });
const endless = new AbortController().signal;
const nowhere = () => Promise.reject(new Error('no redirect leads to another host here'));

describe('requests within one fetch', () => {
  it('keep the delay between them, as the server sees it', async () => {
    const polite = politeHttp(client, 60, endless, nowhere);
    seenAt.length = 0;
    for (let page = 0; page < 3; page += 1) {
      await polite.politePause();
      await polite.http.request(request());
    }
    const gaps = seenAt.slice(1).map((time, index) => time - (seenAt[index] ?? 0));
    expect(gaps).toHaveLength(2);
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(60);
  });

  it('keep it before a redirect, which is a request like any other', async () => {
    const polite = politeHttp(client, 600, endless, nowhere);
    seenAt.length = 0;
    const { timings } = await polite.http.request({ ...request('/redirect'), timeoutMs: 500 });
    const [first = 0, second = 0] = seenAt;
    expect(second - first).toBeGreaterThanOrEqual(600);
    expect(timings.totalMs).toBeLessThan(500);
    expect(polite.sent()).toBe(2);
  });

  it('wait as long as a redirect asks, and end with that wish when it is long', async () => {
    const polite = politeHttp(client, 0, endless, nowhere);
    seenAt.length = 0;
    await polite.http.request({ ...request('/wait/0.4'), timeoutMs: 300 });
    const [first = 0, second = 0] = seenAt;
    expect(second - first).toBeGreaterThanOrEqual(400);
    await expect(polite.http.request(request('/wait/3600'))).rejects.toMatchObject({
      code: 'not_ready',
      retryAfterMs: 3_600_000,
    });
    await expect(polite.http.request(request('/wait/-5'))).resolves.toMatchObject({ status: 200 });
  });

  it('are noted no earlier than the server saw the last one', async () => {
    for (const path of ['/', '/redirect']) {
      const polite = politeHttp(client, 0, endless, nowhere);
      seenAt.length = 0;
      await polite.http.request(request(path));
      expect(polite.lastSentAt()).toBeGreaterThanOrEqual(seenAt.at(-1) ?? Number.POSITIVE_INFINITY);
    }
  });

  it('that failed are noted too', async () => {
    const polite = politeHttp(client, 0, endless, nowhere);
    expect(polite.lastSentAt()).toBeNull();
    await expect(
      polite.http.request({ url: 'http://127.0.0.1:1/', timeoutMs: 2_000 }),
    ).rejects.toThrow();
    expect(polite.lastSentAt()).not.toBeNull();
  });

  it('do not wait on when the work is broken off', async () => {
    const abort = new AbortController();
    const polite = politeHttp(client, 60_000, abort.signal, nowhere);
    await polite.http.request(request());
    const waiting = polite.politePause();
    abort.abort('stopping');
    await expect(waiting).rejects.toBe('stopping');
  });
});
