import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backgroundHeader, methodHeader, peerHeader, refusedHeader } from './door-headers.ts';
import { openFrontDoor } from './front-door.ts';

const server = createServer((request, response) => {
  const { method, url, headers } = request;
  response.end(JSON.stringify({ method, url, headers }));
});

beforeAll(async () => {
  openFrontDoor();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

function ask(method: string, path: string, headers: Record<string, string> = {}) {
  // The server listens on a port.
  const { port } = server.address() as AddressInfo;
  return new Promise<{ seen: Seen; headers: Record<string, unknown> }>((resolve, reject) => {
    send({ port, method, path, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ seen: JSON.parse(text), headers: response.headers }));
    })
      .on('error', reject)
      .end();
  });
}

describe('the front door', () => {
  it('says who is at the other end, whatever the request says itself', async () => {
    const said = { [peerHeader]: '8.8.8.8', [refusedHeader]: 'x', [methodHeader]: 'HEAD' };
    const { seen } = await ask('GET', '/runs', said);
    expect(seen.headers[methodHeader]).toBe('GET');
    expect(seen.headers[peerHeader]).toBe('127.0.0.1');
    expect(seen.headers[refusedHeader]).toBe('');
    expect(seen.headers[backgroundHeader]).toBe('');
  });

  it('puts headers on every answer, of static files too', async () => {
    const { headers } = await ask('GET', '/_next/static/chunks/a.js');
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
  });

  it('asks the browser of whoever signs out to forget its pages', async () => {
    const out = await ask('POST', '/api/auth/signout');
    expect(out.headers['clear-site-data']).toBe('"cache"');
    expect((await ask('GET', '/runs')).headers['clear-site-data']).toBeUndefined();
  });

  it.each([
    ['http://evil.example/runs?a=1', '/runs?a=1', 'evil.example'],
    ['HTTP://evil.example:81', '/', 'evil.example:81'],
    ['http://evil.example/sign-in/../runs', '/runs', 'evil.example'],
    ['ftp://evil.example/runs', '/', 'localhost'],
  ])(
    'takes of the whole address %s the path, and the host for the one that is asked',
    async (target, url, host) => {
      const { seen } = await ask('GET', target, { host: 'localhost' });
      expect([seen.url, seen.headers['host']]).toEqual([url, host]);
    },
  );

  it('gives what it takes of a whole address the headers of that path', async () => {
    const { headers } = await ask('GET', 'http://evil.example/_next/static/chunks/a.js');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });

  it.each(['TRACE', 'PROPFIND', 'LOCK'])('lets no %s through as such', async (method) => {
    const { seen } = await ask(method, '/_next/static/chunks/a.js');
    expect(seen).toMatchObject({ method: 'GET', url: '/', headers: { [refusedHeader]: 'method' } });
  });
});
