import { X509Certificate } from 'node:crypto';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { selfSigned } from '#test/db/self-signed.ts';
import { loopbackNetworks } from '#test/loopback-server.ts';
import { createHttpClient } from './create-http-client.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Respond = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

/** A server with TLS on loopback that speaks HTTP/2 and, when asked for nothing else, HTTP/1.1. */
async function serve(respond: Respond) {
  const sessions = new Set<{ destroy(): void }>();
  let connections = 0;
  const server = createSecureServer({ ...selfSigned, allowHTTP1: true }, undefined);
  server.on('request', respond);
  server.on('session', (session) => sessions.add(session));
  server.on('secureConnection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  closing.push(
    () =>
      new Promise((resolve) => {
        for (const session of sessions) session.destroy();
        server.close(() => resolve());
      }),
  );
  const client = createHttpClient({
    allow: loopbackNetworks,
    userAgent: 'Test/1',
    ca: selfSigned.cert,
    lookup: (_, __, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
  });
  closing.push(() => client.close());
  return {
    origin: `https://localhost:${address.port}`,
    connections: () => connections,
    takeCertificates: () => client.takeCertificates?.() ?? [],
    ask: (path: string, more: object = {}) =>
      client.request({ url: `https://localhost:${address.port}${path}`, timeoutMs: 5000, ...more }),
  };
}

/** Node's own object of a stream, by which a reset alone can be sent. */
function handleOf(stream: object): { rstStream(code: number): void } {
  const key = Object.getOwnPropertySymbols(stream).find(
    (symbol) => symbol.description === 'kHandle',
  );
  if (key === undefined) throw new Error('the stream has no handle');
  // What Node keeps under this symbol.
  return (stream as Record<symbol, { rstStream(code: number): void }>)[key] as never;
}

describe('a server that speaks HTTP/2', () => {
  it('shows until when its certificate holds, which is told once', async () => {
    const server = await serve((_, response) => void response.end('ok'));
    await server.ask('/');
    const certificate = new X509Certificate(selfSigned.cert);
    expect(server.takeCertificates()).toMatchObject([
      {
        host: new URL(server.origin).host,
        from: Date.parse(certificate.validFrom),
        until: Date.parse(certificate.validTo),
      },
    ]);
    await server.ask('/');
    expect(server.takeCertificates()).toEqual([]);
  });

  it('is asked over it, many requests at once over one connection', async () => {
    const server = await serve((_, response) => response.end('hello'));
    const first = await server.ask('/');
    expect(first).toMatchObject({ status: 200, httpVersion: '2', remoteAddress: '127.0.0.1' });
    expect(first.timings.connectMs).toBeGreaterThan(0);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => server.ask(`/${n}`)));
    expect(answers.every(({ timings }) => timings.connectMs === 0)).toBe(true);
    expect(server.connections()).toBe(1);
  });

  it('has its answers decompressed, and both sizes told', async () => {
    const text = 'wiki '.repeat(10_000);
    const packed = gzipSync(text);
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(packed);
    });
    const answer = await server.ask('/');
    expect(new TextDecoder().decode(answer.body)).toBe(text);
    expect(answer).toMatchObject({ bytes: text.length, wireBytes: packed.length });
  });

  it('is held to the limits on size and time', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/silent') return;
      if (request.url === '/headers') {
        response.writeHead(200, { 'x-long': 'x'.repeat(200_000) });
        response.end();
      } else response.end(Buffer.alloc(3 * 1024 * 1024));
    });
    await expect(server.ask('/big', { maxBytes: 1024 * 1024 })).rejects.toMatchObject({
      code: 'egress_too_large',
    });
    await expect(server.ask('/silent', { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'egress_timeout',
    });
    await expect(server.ask('/headers')).rejects.toMatchObject({ name: 'AppError' });
    expect(await server.ask('/big')).toMatchObject({ status: 200 });
  });

  it.each([
    ['CANCEL', 8],
    ['NO_ERROR', 0],
    ['INTERNAL_ERROR', 2],
  ])('that resets a stream half-way with %s has cut the answer', async (_, code) => {
    const server = await serve((_request, response) => {
      response.write('half');
      // Its own close() would end the body first.
      setTimeout(() => handleOf(response.stream).rstStream(code), 50);
    });
    await expect(server.ask('/')).rejects.toMatchObject({ code: 'egress_connect_failed' });
  });

  it.each([100, 2])(
    'that says %i bytes and sends four has cut or padded the answer',
    async (said) => {
      const server = await serve((_request, { stream }) => {
        stream.respond({ ':status': 200, 'content-length': String(said) });
        stream.end('half');
      });
      await expect(server.ask('/')).rejects.toMatchObject({ code: 'egress_response_invalid' });
    },
  );

  it('that says goodbye half-way and sends the rest has sent the whole', async () => {
    const server = await serve((_request, response) => {
      response.write('one half');
      response.stream.session?.goaway();
      setTimeout(() => response.end(' and the other'), 50);
    });
    const answer = await server.ask('/');
    expect(new TextDecoder().decode(answer.body)).toBe('one half and the other');
    expect(await server.ask('/')).toMatchObject({ status: 200 });
    expect(server.connections()).toBe(2);
  });

  it.each<[string, (response: Http2ServerResponse) => void]>([
    ['says goodbye half-way and goes', ({ stream: { session } }) => session?.destroy()],
    ['says goodbye half-way for a fault', ({ stream: { session } }) => session?.goaway(2)],
    ['goes half-way without a word', ({ stream: { session } }) => session?.socket.destroy()],
  ])('that %s has cut the answer', async (_, cut) => {
    const server = await serve((_request, response) => {
      response.write('half');
      setTimeout(() => cut(response), 50);
    });
    await expect(server.ask('/')).rejects.toMatchObject({ code: 'egress_connect_failed' });
  });

  it('that cuts an answer before its first byte has not sent an empty one', async () => {
    const server = await serve((_request, { stream }) => {
      stream.respond({ ':status': 200 });
      setTimeout(() => handleOf(stream).rstStream(8), 50);
    });
    await expect(server.ask('/')).rejects.toMatchObject({ code: 'egress_connect_failed' });
  });

  it('that ends the session is a connection that was cut', async () => {
    const server = await serve((request) => request.stream.session?.destroy());
    await expect(server.ask('/')).rejects.toMatchObject({ code: 'egress_connect_failed' });
  });
});

it('a certificate nobody vouches for is refused', async () => {
  const server = await serve((_, response) => response.end());
  const client = createHttpClient({
    allow: loopbackNetworks,
    userAgent: 'Test/1',
    lookup: (_, __, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
  });
  closing.push(() => client.close());
  await expect(client.request({ url: server.origin, timeoutMs: 5000 })).rejects.toMatchObject({
    code: 'egress_tls_failed',
  });
});
