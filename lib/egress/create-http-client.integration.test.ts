import { createServer as createTcpServer } from 'node:net';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type LoopbackServer,
  loopbackNetworks,
  type Respond,
  startLoopbackServer,
} from '#test/loopback-server.ts';
import { createHttpClient, type HttpClientSettings } from './create-http-client.ts';
import type { HttpRequest } from './http-client.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function serve(respond: Respond): Promise<LoopbackServer> {
  const server = await startLoopbackServer(respond);
  opened.push(server);
  return server;
}

function clientOf(settings: Partial<HttpClientSettings> = {}) {
  const client = createHttpClient({ allow: loopbackNetworks, userAgent: 'Test/1', ...settings });
  opened.push(client);
  return client;
}

const request = (
  url: string,
  options: Partial<HttpRequest> = {},
  settings: Partial<HttpClientSettings> = {},
) => clientOf(settings).request({ url, timeoutMs: 5000, ...options });

const text = (body: Uint8Array) => new TextDecoder().decode(body);

describe('an answer', () => {
  it('comes with status, headers, body, address and timings, whatever its status', async () => {
    const server = await serve((_, response) => {
      response.writeHead(503, { 'Retry-After': '7', 'x-two': ['a', 'b'] }).end('busy');
    });
    const answer = await request(`${server.origin}/path?q=1`);
    expect(answer).toMatchObject({
      status: 503,
      finalUrl: `${server.origin}/path?q=1`,
      redirects: [],
      remoteAddress: '127.0.0.1',
      bytes: 4,
      wireBytes: 4,
      httpVersion: '1.1',
    });
    expect(answer.headers).toMatchObject({ 'retry-after': '7', 'x-two': 'a, b' });
    expect(text(answer.body)).toBe('busy');
    expect(answer.timings.totalMs).toBeGreaterThanOrEqual(answer.timings.firstByteMs);
    expect(server.requests[0]?.headers['user-agent']).toBe('Test/1');
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ] as const)('in %s is decompressed', async (encoding, compress) => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(compress('Mos Eisley'));
    });
    const answer = await request(server.origin);
    expect(text(answer.body)).toBe('Mos Eisley');
    expect(answer.bytes).toBe(10);
    expect(answer.wireBytes).toBe(compress('Mos Eisley').length);
  });

  it('with broken compression is refused as unreadable', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('cut').subarray(0, 12));
    });
    await expect(request(server.origin)).rejects.toMatchObject({ code: 'egress_response_invalid' });
  });
});

describe('the size limit', () => {
  it('refuses a 50 MB answer without reading it to its end', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const total = 50 * 1024 * 1024;
    const server = await serve((_, response) => {
      response.writeHead(200);
      const push = () => {
        while (sent < total) {
          sent += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', push);
            return;
          }
        }
        response.end();
      };
      push();
    });
    await expect(request(server.origin, { maxBytes: 1024 * 1024 })).rejects.toMatchObject({
      code: 'egress_too_large',
    });
    expect(sent).toBeLessThan(total / 2);
  });

  it('counts decompressed bytes, so that a small bomb does not go off', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(64 * 1024);
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    });
    const before = process.memoryUsage().arrayBuffers;
    await expect(request(server.origin, { maxBytes: 1024 * 1024 })).rejects.toMatchObject({
      code: 'egress_too_large',
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 1024 * 1024);
  });

  it('counts what is sent too: a compressed stream can go on without yielding anything', async () => {
    // An empty stored block of deflate, over and over.
    const empty = Buffer.concat(Array(4096).fill(Buffer.from([0, 0, 0, 0xff, 0xff])));
    let sent = 0;
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.write(gzipSync('').subarray(0, 10));
      const push = () => {
        while (!response.destroyed && sent < 64 * 1024 * 1024) {
          sent += empty.length;
          if (!response.write(empty)) {
            response.once('drain', push);
            return;
          }
        }
        response.end();
      };
      push();
    });
    await expect(request(server.origin, { maxBytes: 1024 * 1024 })).rejects.toMatchObject({
      code: 'egress_too_large',
    });
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  it('holds for headers', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'x-long': 'x'.repeat(70 * 1024) }).end();
    });
    await expect(request(server.origin)).rejects.toMatchObject({
      code: 'egress_response_invalid',
      message: expect.stringContaining('headers that are too large'),
    });
  });

  it('is 32 MiB when none is given', async () => {
    // Made before it is asked for: brotli takes seconds for it, which the request has not.
    const body = brotliCompressSync(Buffer.alloc(33 * 1024 * 1024));
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'br' }).end(body);
    });
    await expect(request(server.origin)).rejects.toMatchObject({ code: 'egress_too_large' });
  });
});

describe('redirects', () => {
  it('are followed and listed, and credentials stay with their origin', async () => {
    const other = await serve((_, response) => void response.end('there'));
    const server = await serve((asked, response) => {
      const location = asked.url === '/a' ? '/b' : `${other.origin}/c`;
      response.writeHead(302, { location }).end('moved');
    });
    const answer = await request(`${server.origin}/a`, {
      headers: { Authorization: 'Bearer x', Cookie: 'a=1', 'X-Api-Key': 'k', Accept: 'text/x' },
    });
    expect(answer.redirects).toEqual([
      { status: 302, url: `${server.origin}/b` },
      { status: 302, url: `${other.origin}/c` },
    ]);
    expect(answer.finalUrl).toBe(`${other.origin}/c`);
    expect(server.requests[1]?.headers.authorization).toBe('Bearer x');
    const { authorization, cookie, accept, ...rest } = other.requests[0]?.headers ?? {};
    expect([authorization, cookie, rest['x-api-key']]).toEqual([undefined, undefined, undefined]);
    expect(accept).toBe('text/x');
  });

  it('end after five', async () => {
    const server = await serve((asked, response) => {
      const hop = Number(asked.url?.slice(1));
      response.writeHead(301, { location: `/${hop + 1}` }).end();
    });
    await expect(request(`${server.origin}/0`)).rejects.toMatchObject({
      code: 'egress_too_many_redirects',
    });
    expect(server.requests).toHaveLength(6);
  });

  it.each([
    ['http://10.1.2.3/', 'egress_address_refused'],
    ['http://[::ffff:10.0.0.1]/', 'egress_address_refused'],
    ['file:///etc/passwd', 'egress_url_invalid'],
    ['http://user:pass@127.0.0.1/', 'egress_url_invalid'],
  ])('to %s are refused like any other address', async (location, code) => {
    const server = await serve((_, response) => void response.writeHead(302, { location }).end());
    await expect(request(server.origin)).rejects.toMatchObject({ code });
  });

  it('turn a POST into a GET without its body where the standard says so', async () => {
    const server = await serve((asked, response) => {
      if (asked.url === '/form') response.writeHead(303, { location: '/done' }).end();
      else response.end(`${asked.method} ${asked.headers['content-length'] ?? 'none'}`);
    });
    const answer = await request(`${server.origin}/form`, {
      method: 'POST',
      body: 'a=1',
      headers: { 'content-type': 'text/plain' },
    });
    expect(text(answer.body)).toBe('GET none');
  });
});

describe('addresses', () => {
  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://100.64.0.1/',
    'http://0.0.0.0/',
    'http://[fd00::1]/',
    'http://[64:ff9b::7f00:1]/',
  ])('%s is refused unless the deployment allows it', async (url) => {
    await expect(request(url, {}, { allow: [] })).rejects.toMatchObject({
      code: 'egress_address_refused',
    });
  });

  it('a name with one private address among public ones is refused before connecting', async () => {
    const server = await serve((_, response) => void response.end());
    const port = new URL(server.origin).port;
    const settings: Partial<HttpClientSettings> = {
      allow: [],
      lookup: (_, __, callback) =>
        callback(null, [
          { address: '93.184.215.14', family: 4 },
          { address: '127.0.0.1', family: 4 },
        ]),
    };
    await expect(request(`http://mixed.example:${port}/`, {}, settings)).rejects.toMatchObject({
      code: 'egress_address_refused',
    });
    expect(server.requests).toHaveLength(0);
  });

  it('a name is looked up once, and the checked address is the one connected to', async () => {
    const server = await serve((_, response) => void response.end('here'));
    let lookups = 0;
    const settings: Partial<HttpClientSettings> = {
      lookup: (_, __, callback) => {
        lookups += 1;
        // A second answer would be another machine: the rebinding attack.
        const address = lookups === 1 ? '127.0.0.1' : '10.9.9.9';
        callback(null, [{ address, family: 4 }]);
      },
    };
    const url = `http://rebinding.example:${new URL(server.origin).port}/`;
    const answer = await request(url, {}, settings);
    expect(answer.remoteAddress).toBe('127.0.0.1');
    expect(lookups).toBe(1);
  });

  it("the environment's proxy is not used", async () => {
    const proxy = await serve((_, response) => void response.end('proxied'));
    const server = await serve((_, response) => void response.end('direct'));
    process.env['http_proxy'] = proxy.origin;
    try {
      expect(text((await request(server.origin)).body)).toBe('direct');
    } finally {
      delete process.env['http_proxy'];
    }
    expect(proxy.requests).toHaveLength(0);
  });

  it("a deployment's list that is no CIDR is refused at once", () => {
    expect(() => clientOf({ allow: ['localhost'] })).toThrow(/CIDR/);
  });
});

describe('a failing network', () => {
  it.each([
    ['not a url', 'egress_url_invalid'],
    ['ftp://example.org/', 'egress_url_invalid'],
    ['http://me:secret@example.org/', 'egress_url_invalid'],
  ])('%s is not an address that can be asked', async (url, code) => {
    const failure = await request(url).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
    expect(String(failure)).not.toContain('secret');
  });

  it('names an unknown host', async () => {
    const settings: Partial<HttpClientSettings> = {
      lookup: (host, _, callback) =>
        callback(Object.assign(new Error(`no ${host}`), { code: 'ENOTFOUND' }), []),
    };
    await expect(request('http://nowhere.example/', {}, settings)).rejects.toMatchObject({
      code: 'egress_dns_failed',
    });
  });

  it('names a refused connection', async () => {
    const server = await startLoopbackServer(() => undefined);
    await server.close();
    await expect(request(server.origin)).rejects.toMatchObject({ code: 'egress_connect_failed' });
  });

  it('names a cut connection', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half');
      setImmediate(() => response.destroy());
    });
    await expect(request(server.origin)).rejects.toMatchObject({ code: 'egress_connect_failed' });
  });

  it('names an answer that is not HTTP', async () => {
    const tcp = createTcpServer((socket) => {
      socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    });
    await new Promise<void>((resolve) => void tcp.listen(0, '127.0.0.1', resolve));
    const address = tcp.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    try {
      await expect(request(`http://127.0.0.1:${address.port}/`)).rejects.toMatchObject({
        code: 'egress_response_invalid',
      });
    } finally {
      tcp.close();
    }
  });

  it('names a server without TLS behind an https address', async () => {
    const server = await serve((_, response) => void response.end());
    await expect(request(server.origin.replace('http:', 'https:'))).rejects.toMatchObject({
      code: 'egress_tls_failed',
    });
  });

  it('ends at the total time-out, before the first byte and after it', async () => {
    const silent = await serve(() => undefined);
    await expect(request(silent.origin, { timeoutMs: 200 })).rejects.toMatchObject({
      code: 'egress_timeout',
    });
    const dripping = await serve((_, response) => {
      response.writeHead(200);
      response.write('a little');
    });
    await expect(request(dripping.origin, { timeoutMs: 200 })).rejects.toMatchObject({
      code: 'egress_timeout',
    });
  });

  it('ends when the headers do not come in time', async () => {
    const silent = await serve(() => undefined);
    await expect(request(silent.origin, {}, { firstByteTimeoutMs: 300 })).rejects.toMatchObject({
      code: 'egress_timeout',
      message: expect.stringMatching(/start its response/),
    });
  });

  it('an abort by the caller is not an error of the network', async () => {
    const silent = await serve(() => undefined);
    const reason = new Error('stopping');
    const signal = AbortSignal.abort(reason);
    await expect(request(silent.origin, { signal })).rejects.toBe(reason);
  });
});
