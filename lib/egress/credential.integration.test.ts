import { afterEach, describe, expect, it } from 'vitest';
import {
  loopbackNetworks,
  type Respond,
  sendJson,
  startLoopbackServer,
} from '#test/loopback-server.ts';
import { createHttpClient } from './create-http-client.ts';
import type { Credential } from './credential.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

const key = 'k3y/with+signs&more';

async function serve(respond: Respond) {
  const server = await startLoopbackServer(respond);
  opened.push(server);
  return server;
}

function ask(url: string, credential: Credential) {
  const client = createHttpClient({ allow: loopbackNetworks, userAgent: 'Test/1' });
  opened.push(client);
  return client.request({ url, timeoutMs: 5000, credential });
}

const inQuery = (origin: string): Credential => ({
  origins: [origin],
  parameters: { api_key: key },
  secrets: [key],
});
const inHeader = (origin: string): Credential => ({
  origins: [origin],
  headers: { 'x-key': key },
  secrets: [key],
});
const written = encodeURIComponent(key);

describe('a key in the address', () => {
  it('is sent behind what the address holds, letter for letter, and is in nothing that is kept', async () => {
    const server = await serve((_, response) => sendJson(response, {}));
    const response = await ask(`${server.origin}/a?b=%7e&c`, inQuery(server.origin));
    expect(server.requests[0]?.url).toBe(`/a?b=%7e&c&api_key=${written}`);
    expect(response.finalUrl).toBe(`${server.origin}/a?b=%7e&c`);
  });

  it('goes along a redirect on its own origin, once, whether or not the server repeats it', async () => {
    const server = await serve((asked, response) => {
      if (asked.url?.startsWith('/a'))
        response.writeHead(301, { location: `/b?api_key=${written}&x=1` }).end();
      else sendJson(response, {});
    });
    const response = await ask(`${server.origin}/a`, inQuery(server.origin));
    expect(server.requests.map(({ url }) => url)).toEqual([
      `/a?api_key=${written}`,
      `/b?x=1&api_key=${written}`,
    ]);
    expect(JSON.stringify([response.finalUrl, response.redirects])).not.toContain('k3y');
  });

  it('goes to no other server, though the redirect repeats it', async () => {
    const other = await serve((_, response) => sendJson(response, {}));
    const server = await serve((_, response) => {
      response.writeHead(302, { location: `${other.origin}/?api_key=${written}&x=1` }).end();
    });
    const response = await ask(`${server.origin}/`, inQuery(server.origin));
    expect(other.requests.map(({ url }) => url)).toEqual(['/?x=1']);
    expect(response.finalUrl).toBe(`${other.origin}/?x=1`);
  });

  it('repeated elsewhere in the address of a redirect ends the request', async () => {
    const other = await serve((_, response) => sendJson(response, {}));
    const server = await serve((_, response) => {
      response.writeHead(302, { location: `${other.origin}/in/${written}` }).end();
    });
    const asked = ask(`${server.origin}/`, inQuery(server.origin));
    await expect(asked).rejects.toMatchObject({
      code: 'egress_url_invalid',
      message: expect.not.stringContaining('k3y'),
    });
    expect(other.requests).toEqual([]);
  });
});

describe('a key that would travel in clear', () => {
  /** A server behind a name that is not this machine's, as the name service of the test has it. */
  async function servedAs(host: string, plainHttpHosts: readonly string[]) {
    const server = await serve((_, response) => sendJson(response, {}));
    const client = createHttpClient({
      allow: loopbackNetworks,
      userAgent: 'Test/1',
      plainHttpHosts,
      lookup: (_, __, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    opened.push(client);
    const origin = `http://${host}:${new URL(server.origin).port}`;
    return { server, client, origin };
  }

  it.each([inQuery, inHeader])('is refused before anything is sent', async (kind) => {
    const { server, client, origin } = await servedAs('api.example', ['other.example']);
    const asked = client.request({ url: origin, timeoutMs: 5000, credential: kind(origin) });
    await expect(asked).rejects.toMatchObject({
      code: 'insecure_transport',
      message: expect.not.stringContaining('k3y'),
    });
    expect(server.requests).toEqual([]);
  });

  it('is refused where a redirect leads from TLS to none', async () => {
    const { server, client, origin } = await servedAs('api.example', []);
    const first = await serve((_, response) => {
      response.writeHead(302, { location: `${origin}/b` }).end();
    });
    const credential = { ...inHeader(origin), origins: [first.origin, origin] };
    const asked = client.request({ url: first.origin, timeoutMs: 5000, credential });
    await expect(asked).rejects.toMatchObject({ code: 'insecure_transport' });
    expect(server.requests).toEqual([]);
  });

  it('is sent where that is meant, and a request without a key always', async () => {
    const { server, client, origin } = await servedAs('api.example', ['api.example']);
    await client.request({ url: origin, timeoutMs: 5000, credential: inHeader(origin) });
    expect(server.requests[0]?.headers['x-key']).toBe(key);
    const other = await servedAs('www.example', []);
    await other.client.request({ url: other.origin, timeoutMs: 5000 });
    expect(other.server.requests).toHaveLength(1);
  });
});

describe('a key in a header', () => {
  it('goes along a redirect on its own origin and to no other server', async () => {
    const other = await serve((_, response) => sendJson(response, {}));
    const server = await serve((asked, response) => {
      const location = asked.url === '/a' ? '/b' : `${other.origin}/c`;
      response.writeHead(307, { location }).end();
    });
    await ask(`${server.origin}/a`, inHeader(server.origin));
    expect(server.requests.map(({ headers }) => headers['x-key'])).toEqual([key, key]);
    expect(other.requests.map(({ headers }) => headers['x-key'])).toEqual([undefined]);
  });

  it('that comes back from a redirect to its origin is sent there again', async () => {
    const server = await serve((asked, response) => {
      if (asked.url === '/end') sendJson(response, {});
      else response.writeHead(302, { location: `${other.origin}/` }).end();
    });
    const other = await serve((_, response) => {
      response.writeHead(302, { location: `${server.origin}/end` }).end();
    });
    await ask(`${server.origin}/a`, inHeader(server.origin));
    expect(server.requests.map(({ headers }) => headers['x-key'])).toEqual([key, key]);
  });
});

describe('an answer that repeats the secret', () => {
  it.each([
    ['as it is', key],
    ['in an address', written],
    ['in JSON', JSON.stringify({ key })],
    ['in JSON with its slashes escaped', JSON.stringify({ key }).replaceAll('/', '\\/')],
    ['in a form', new URLSearchParams({ key }).toString()],
  ])('%s has [redacted] there', async (_, text) => {
    const server = await serve((__, response) => {
      response.writeHead(200, { 'x-echo': `a ${key} b` });
      response.end(`before ${text} between ${text} after`);
    });
    const response = await ask(`${server.origin}/`, inHeader(server.origin));
    const body = new TextDecoder().decode(response.body);
    expect(body).toMatch(/^before .*\[redacted\].* between .*\[redacted\].* after$/);
    expect(body).not.toMatch(/k3y/);
    expect(response.headers['x-echo']).toBe('a [redacted] b');
    expect(response).toMatchObject({ secretsRemoved: 3, bytes: response.body.byteLength });
  });

  it('without end fails the request', async () => {
    const server = await serve((_, response) => void response.end(key.repeat(30_000)));
    await expect(ask(`${server.origin}/`, inHeader(server.origin))).rejects.toMatchObject({
      code: 'payload_invalid',
    });
  });

  it('that is a word of a few letters stays as it is', async () => {
    const server = await serve((_, response) => void response.end('one in someone'));
    const short = { origins: [server.origin], headers: { 'x-key': 'one' }, secrets: ['one'] };
    const response = await ask(`${server.origin}/`, short);
    expect(new TextDecoder().decode(response.body)).toBe('one in someone');
  });
});

describe('cookies', () => {
  it('last along the redirects of one request and no further', async () => {
    const server = await serve((asked, response) => {
      const seen = asked.headers.cookie ?? '';
      if (seen.includes('consent=yes')) sendJson(response, { seen });
      else
        response
          .writeHead(302, {
            location: asked.url,
            'set-cookie': ['consent=yes; Path=/', 'deep=1; Path=/other', 'tls=1; Secure', 'bad'],
          })
          .end();
    });
    const credential = inHeader(server.origin);
    for (const _ of [1, 2]) {
      const response = await ask(`${server.origin}/a`, credential);
      expect(JSON.parse(new TextDecoder().decode(response.body))).toEqual({ seen: 'consent=yes' });
    }
    expect(server.requests.map(({ headers }) => headers.cookie)).toEqual([
      undefined,
      'consent=yes',
      undefined,
      'consent=yes',
    ]);
  });

  it('that end are forgotten, and those of one host are not sent to another', async () => {
    const other = await serve((_, response) => sendJson(response, {}));
    const elsewhere = other.origin.replace('127.0.0.1', 'localhost');
    const steps: Readonly<Record<string, readonly [location: string, cookies: string[]]>> = {
      '/a': ['/b', ['a=1']],
      '/b': ['/c', ['a=; Max-Age=0', 'b=1']],
      '/c': [elsewhere, ['c=1; Domain=localhost']],
    };
    const server = await serve((asked, response) => {
      const [location, cookies] = steps[asked.url ?? ''] ?? ['/', []];
      response.writeHead(302, { location, 'set-cookie': cookies }).end();
    });
    await ask(`${server.origin}/a`, inHeader(server.origin));
    expect(server.requests.map(({ headers }) => headers.cookie)).toEqual([undefined, 'a=1', 'b=1']);
    expect(other.requests.map(({ headers }) => headers.cookie)).toEqual([undefined]);
  });
});
