import { createServer, request, type ServerOptions } from 'node:https';
import { afterEach, expect, it } from 'vitest';
import { selfSigned } from '#test/db/self-signed.ts';
import { loopbackNetworks } from '#test/loopback-server.ts';
import { createHttpClient } from './create-http-client.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A server on loopback that speaks TLS as it is told, down to what OpenSSL itself calls insecure (`@SECLEVEL=0`). */
async function serve(spoken: ServerOptions): Promise<{ readonly port: number }> {
  const server = createServer({ ...selfSigned, ...spoken }, (_, response) => response.end('{}'));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address;
}

async function ask(spoken: ServerOptions): Promise<number> {
  const { port } = await serve(spoken);
  const client = createHttpClient({
    allow: loopbackNetworks,
    userAgent: 'Test/1',
    ca: selfSigned.cert,
    lookup: (_, __, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
  });
  closing.push(() => client.close());
  const url = `https://localhost:${port}/`;
  return (await client.request({ url, timeoutMs: 5_000 })).status;
}

it.each(['TLSv1.2', 'TLSv1.3'] as const)('%s is spoken', async (version) => {
  expect(await ask({ minVersion: version, maxVersion: version })).toBe(200);
});

it.each(['TLSv1', 'TLSv1.1'] as const)('%s is not', async (version) => {
  const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' };
  await expect(ask(old)).rejects.toMatchObject({ code: 'egress_tls_failed' });
});

it.each([
  ['ECDHE-ECDSA-NULL-SHA', 'encrypts nothing'],
  ['AECDH-AES128-SHA', 'asks for no certificate'],
])('the suite %s, which %s, is not', async (suite) => {
  const weak = { maxVersion: 'TLSv1.2', ciphers: `${suite}:@SECLEVEL=0` } as const;
  await expect(ask(weak)).rejects.toMatchObject({ code: 'egress_tls_failed' });
});

/** Who asks for nothing better gets it: the servers above do speak so. */
it.each([
  { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0' },
  { maxVersion: 'TLSv1.2', ciphers: 'AECDH-AES128-SHA:@SECLEVEL=0' },
  { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
] as const)('%j is to be had', async (weak) => {
  const { port } = await serve(weak);
  const status = await new Promise((resolve, reject) => {
    const to = { host: '127.0.0.1', port, rejectUnauthorized: false, agent: false, ...weak };
    request(to, (answer) => resolve(answer.resume().statusCode))
      .on('error', reject)
      .end();
  });
  expect(status).toBe(200);
});
