/** A real HTTP server on a free loopback port, for tests of what leaves the process. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export interface LoopbackServer {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly origin: string;
  /** What was asked so far, in order. */
  readonly requests: readonly IncomingMessage[];
  close(): Promise<void>;
}

export type Respond = (request: IncomingMessage, response: ServerResponse) => void;

export const loopbackNetworks = ['127.0.0.0/8', '::1/128'];

/** Given by this process before. */
const givenPorts = new Set<number>();

/**
 * A port that no server of this process had: what a connector remembers of an origin (a list of changes, a session, the
 * names of pages) is not to be taken for that of another test's server.
 */
async function listenAnew(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  const { port } = address;
  if (!givenPorts.has(port)) {
    givenPorts.add(port);
    return port;
  }
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return listenAnew(server);
}

export async function startLoopbackServer(respond: Respond): Promise<LoopbackServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    respond(request, response);
  });
  const port = await listenAnew(server);
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  body: unknown,
  options: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): void {
  response.writeHead(options.status ?? 200, {
    'content-type': 'application/json; charset=utf-8',
    ...options.headers,
  });
  response.end(JSON.stringify(body));
}

/** What was sent with a request, as text. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
