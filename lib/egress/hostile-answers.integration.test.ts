/** Answers as servers in the field send them: none may harm the process, and each means what it means in a browser. */
import { createServer as createTcpServer } from 'node:net';
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loopbackNetworks, type Respond, startLoopbackServer } from '#test/loopback-server.ts';
import { createHttpClient } from './create-http-client.ts';
import type { HttpClient } from './http-client.ts';

let client: HttpClient;
const opened: { close(): Promise<void> }[] = [];
beforeEach(() => {
  client = createHttpClient({ allow: loopbackNetworks, userAgent: 'Test/1' });
  opened.push(client);
});
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function ask(respond: Respond, more: { maxBytes?: number; timeoutMs?: number } = {}) {
  const server = await startLoopbackServer(respond);
  opened.push(server);
  return client.request({ url: `${server.origin}/`, timeoutMs: 5000, ...more });
}

/** Bytes on a socket, as no HTTP library would send them; then the connection is closed. */
async function askRaw(sent: string, more: { timeoutMs?: number } = {}) {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(sent, 'latin1'));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  opened.push({ close: () => new Promise((resolve) => void server.close(() => resolve())) });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return client.request({ url: `http://127.0.0.1:${address.port}/`, timeoutMs: 5000, ...more });
}

const page = '<html>Mos Eisley, Überfahrt</html>';
const text = ({ body }: { body: Uint8Array }) => new TextDecoder().decode(body);
/** With a file name and a field more in its header (RFC 1952, 2.3.1). */
const named = (packed: Uint8Array) =>
  Buffer.concat([
    packed.subarray(0, 3),
    Buffer.from([0x04 | 0x08]),
    packed.subarray(4, 10),
    Buffer.from([2, 0, 7, 7]),
    Buffer.from('page.html\0'),
    packed.subarray(10),
  ]);

const gzips = (times: number) => {
  let packed: Uint8Array = Buffer.from(page);
  for (let layer = 0; layer < times; layer += 1) packed = gzipSync(packed);
  return packed;
};

describe('an encoding that says', () => {
  it.each<[string, string, Uint8Array | string]>([
    ['none of what is plain', 'none', page],
    ['a charset', 'utf-8', page],
    ['a charset as a parameter', 'charset=ISO-8859-1', page],
    ['a media type', 'text/html', page],
    ['identity, in capitals', 'IDENTITY', page],
    ['nothing', '', page],
    ['nothing but commas', ', ,', page],
    ['a charset beside gzip', 'gzip, UTF-8', gzips(1)],
    ['gzip of what is plain', 'gzip', page],
    ['gzip twice of what was packed once', 'gzip, gzip', gzips(1)],
    ['gzip of zlib', 'gzip', deflateSync(page)],
    ['gzip of an empty body', 'gzip', ''],
    ['deflate and means it', 'deflate', deflateSync(page)],
    ['deflate and means raw deflate', 'deflate', deflateRawSync(page)],
    ['deflate of gzip', 'deflate', gzips(1)],
    ['deflate of what is plain', 'deflate', page],
    ['br of what is plain', 'br', page],
    ['zstd of what is plain', 'zstd', page],
    ['br of gzip', 'br', gzips(1)],
    ['br of zstd', 'br', zstdCompressSync(Buffer.from(page))],
    ['zstd of gzip', 'zstd', gzips(1)],
    ['gzip of zstd', 'gzip', zstdCompressSync(Buffer.from(page))],
    ['deflate of zstd', 'deflate', zstdCompressSync(Buffer.from(page))],
    ['three layers of gzip', 'gzip, gzip, gzip', gzips(3)],
    ['five layers', 'gzip,gzip,gzip,gzip,gzip', gzips(5)],
    ['different layers', 'gzip, br', brotliCompressSync(gzips(1))],
    ['zstd over deflate', 'deflate, zstd', zstdCompressSync(deflateSync(page))],
    ['gzip and a line feed', 'gzip', Buffer.concat([gzips(1), Buffer.from('\n')])],
    ['gzip and a text', 'deflate', Buffer.concat([gzips(1), Buffer.from('<!-- cached -->')])],
    ['gzip with a name, and more', 'gzip', Buffer.concat([named(gzips(1)), Buffer.from('x')])],
    [
      'gzip in two members, and more',
      'gzip',
      Buffer.concat([gzipSync(page.slice(0, 9)), gzipSync(page.slice(9)), Buffer.from('x')]),
    ],
    ['a coding with a weight', 'GZIP;q=1.0', gzips(1)],
    ['a coding of an upload', 'aws-chunked, gzip', gzips(1)],
    ['gzip with something behind its end', 'gzip', Buffer.concat([gzips(1), Buffer.alloc(9)])],
  ])('%s is read as it is', async (_, encoding, body) => {
    const answer = await ask((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(body);
    });
    expect(text(answer)).toBe(body === '' ? '' : page);
    expect(answer.wireBytes).toBe(Buffer.byteLength(body));
  });

  it.each([
    ['what nobody knows', 'klingon', 'egress_encoding_unknown'],
    ['what nobody can undo', 'compress', 'egress_encoding_unknown'],
    ['a property of every object', 'constructor', 'egress_encoding_unknown'],
    ['more layers than anybody needs', Array(6).fill('gzip').join(), 'egress_encoding_unknown'],
    ['thousands of layers', Array(9000).fill('br').join(), 'egress_encoding_unknown'],
  ])('%s fails with its code', async (_, encoding, code) => {
    const asked = ask((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(page);
    });
    await expect(asked).rejects.toMatchObject({ code });
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(5000, 'ab1')).subarray(0, -12)],
    ['br', brotliCompressSync(Buffer.from(page.repeat(50))).subarray(0, -12)],
    ['zstd', zstdCompressSync(Buffer.from(page.repeat(50))).subarray(0, -12)],
    ['gzip', Buffer.concat([gzipSync(page), gzipSync(page.repeat(50)).subarray(0, -12)])],
  ])('%s of what was cut is unreadable', async (encoding, body) => {
    const asked = ask((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(body);
    });
    await expect(asked).rejects.toMatchObject({ code: 'egress_response_invalid' });
  });

  it('layers that unfold too far are too large', async () => {
    const bomb = gzipSync(gzipSync(Buffer.alloc(30 * 1024 * 1024)));
    const asked = ask(
      (_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(bomb);
      },
      { maxBytes: 1024 * 1024 },
    );
    await expect(asked).rejects.toMatchObject({ code: 'egress_too_large' });
  });
});

it.each([
  ['gzip, chunked', gzipSync(page)],
  ['x-gzip, Chunked', gzipSync(page)],
  ['deflate, chunked', deflateSync(page)],
])('a coding of the transfer is undone: %s', async (coding, packed) => {
  const chunk = `${packed.length.toString(16)}\r\n${packed.toString('latin1')}\r\n0\r\n\r\n`;
  const answer = await askRaw(`HTTP/1.1 200 OK\r\ntransfer-encoding: ${coding}\r\n\r\n${chunk}`);
  expect(text(answer)).toBe(page);
});

describe('an answer that is no success keeps status and headers when its body', () => {
  const refuse = (respond: Respond, more = {}) =>
    ask((request, response) => {
      response.statusCode = 429;
      response.setHeader('retry-after', '120');
      respond(request, response);
    }, more);

  it.each<[string, Respond]>([
    [
      'cannot be decoded',
      (_, response) => {
        response.setHeader('content-encoding', 'br');
        response.end(Buffer.from([255, 0, 1, 2, 3, 255]));
      },
    ],
    [
      'is in an encoding that nobody knows',
      (_, response) => {
        response.setHeader('content-encoding', 'klingon');
        response.end('nuqneH');
      },
    ],
    [
      'is cut',
      (_, response) => {
        response.setHeader('content-length', '1000');
        response.write('slow do');
        setImmediate(() => response.destroy());
      },
    ],
    ['never ends', (_, response) => void response.write('slow down')],
  ])('%s', async (_, respond) => {
    const answer = await refuse(respond, { timeoutMs: 700 });
    expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '120' } });
  });

  it('is endless, of which no more is read than tells why', async () => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const answer = await refuse((_, response) => {
      const push = () => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', push);
      };
      response.once('error', () => undefined);
      push();
    });
    expect(answer.status).toBe(429);
    expect(answer.body.byteLength).toBeLessThan(2 * 1024 * 1024);
  });
});

describe('a body that is cut is a failure', () => {
  it.each([
    ['short of its length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'],
    ['inside a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf'],
    ['between chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
  ])('%s', async (_, sent) => {
    await expect(askRaw(sent)).rejects.toMatchObject({ name: 'AppError' });
  });

  it('but one that ends with its connection, as HTTP/1.0 has it, is whole', async () => {
    expect(text(await askRaw('HTTP/1.0 200 OK\r\n\r\nwhole'))).toBe('whole');
  });
});

describe('a redirect', () => {
  const follow = async (location: string | string[]) => {
    const paths: string[] = [];
    const answer = await ask((request, response) => {
      paths.push(request.url ?? '');
      if (paths.length > 1) return void response.end('there');
      response.statusCode = 302;
      response.setHeader('location', location);
      response.end();
    });
    return { paths, answer };
  };

  it.each<[string, string | string[], string]>([
    ['in raw UTF-8', Buffer.from('/café').toString('latin1'), '/caf%C3%A9'],
    ['in Latin-1', '/caf\xe9', '/caf%C3%A9'],
    ['with escapes', '/caf%C3%A9', '/caf%C3%A9'],
    ['with blanks', '/a b', '/a%20b'],
    ['named twice', ['/one', '/two'], '/one'],
  ])('%s leads where it says', async (_, location, path) => {
    const { paths, answer } = await follow(location);
    expect(paths).toEqual(['/', path]);
    expect(text(answer)).toBe('there');
  });

  it.each([['http://'], ['javascript:alert(1)'], ['http://user:pw@127.0.0.1/'], ['https://[::1']])(
    'to %s fails with a code',
    async (location) => {
      await expect(follow(location)).rejects.toMatchObject({ code: 'egress_url_invalid' });
    },
  );
});

describe('headers', () => {
  it('that are one of a kind and come twice are read once', async () => {
    const answer = await ask((_, response) => {
      response.setHeader('content-type', ['text/plain', 'text/html; charset=utf-8']);
      response.setHeader('etag', ['"a"', '"b"']);
      response.setHeader('__proto__', 'x');
      response.end();
    });
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      etag: '"a"',
    });
    expect(Object.getPrototypeOf(answer.headers)).toBe(Object.prototype);
  });

  it('beyond the limit fail with a code', async () => {
    const long = `X-Long: ${'x'.repeat(100_000)}`;
    await expect(askRaw(`HTTP/1.1 200 OK\r\n${long}\r\n\r\n`)).rejects.toMatchObject({
      code: 'egress_response_invalid',
    });
  });
});
