/** Secrets to plant, the ways in which one may be found again, and a server that repeats whatever it is sent. */
import { randomBytes } from 'node:crypto';
import { type LoopbackServer, sendJson, startLoopbackServer } from './loopback-server.ts';

export const canary = (name: string) => `canary-${name}-${randomBytes(9).toString('hex')}`;

/** The ways in which a text may stand in another one. */
export const formsOf = (secret: string): string[] => [
  secret,
  Buffer.from(secret).toString('hex'),
  // Inside of something longer that is in base64: wherever it begins, one of these is in it.
  ...[0, 1, 2].map((offset) =>
    Buffer.from(`${'x'.repeat(offset)}${secret}`)
      .toString('base64')
      .slice(4, -4),
  ),
];

export interface Parrot extends Pick<LoopbackServer, 'origin' | 'close'> {
  /** Method, address, headers and body of each request. */
  readonly heard: readonly string[];
}

/**
 * Says back all that it is asked with: in text, encoded, in headers, links and errors. Answers 500 where the address
 * has `failing` in it, and `/token` with the access token.
 */
export async function startParrot(accessToken: string): Promise<Parrot> {
  const heard: string[] = [];
  const server = await startLoopbackServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts).toString('utf8');
    const said = `${request.method} ${request.url} ${JSON.stringify(request.headers)} ${body}`;
    heard.push(said);
    if (request.url?.startsWith('/token')) {
      sendJson(response, { access_token: accessToken, token_type: 'Bearer' });
      return;
    }
    response.statusCode = request.url?.includes('failing') ? 500 : 200;
    response.setHeader('content-type', 'text/html');
    response.setHeader('x-repeated', encodeURIComponent(said));
    response.end(`<title>${said}</title><a href="/n?${encodeURIComponent(said)}">n</a> ${said}`);
  });
  return { origin: server.origin, heard, close: () => server.close() };
}
