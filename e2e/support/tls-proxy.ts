/** A proxy that ends TLS before the console, as a deployment has one: with a certificate of its own, on loopback. */
import { request as ask, type IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import { selfSigned } from '../../test/db/self-signed.ts';

/** Where it asks from, so that it is told from whoever asks it. */
export const proxyAddress = '127.0.0.2';

export interface TlsProxy {
  /** `https://localhost:PORT`. */
  readonly url: string;
  /** Where it sends what it is asked: the console's own address. */
  target: string;
  close(): Promise<void>;
}

/** It says by whom, by which name and by which scheme it was asked, as proxies do, and passes on what a client forged. */
export async function openTlsProxy(): Promise<TlsProxy> {
  const proxy = { target: '' };
  const server = createServer(selfSigned, (request, response) => {
    const { remoteAddress } = request.socket;
    const chain = [request.headers['x-forwarded-for'], remoteAddress?.replace('::ffff:', '')];
    const headers: IncomingHttpHeaders = {
      ...request.headers,
      'x-forwarded-for': chain.filter(Boolean).join(', '),
      'x-forwarded-host': request.headers.host,
      'x-forwarded-proto': 'https',
    };
    const forwarded = ask(
      new URL(request.url ?? '/', proxy.target),
      { method: request.method, headers, localAddress: proxyAddress },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    forwarded.on('error', () => response.destroy());
    request.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port was given');
  return Object.assign(proxy, {
    url: `https://localhost:${address.port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}
