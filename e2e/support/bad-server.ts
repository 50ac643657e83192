/** A little server whose every path is another bad answer. */
import { createServer, type ServerResponse } from 'node:http';

export interface BadServer {
  /** Without a slash at the end. */
  readonly origin: string;
  close(): Promise<void>;
}

export async function startBadServer(): Promise<BadServer> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    switch (pathname) {
      case '/api.php':
        return json(response, '{"error":{"code":"badvalue","info":"Unrecognized value."}}');
      case '/half.json':
        return json(response, '{"half": ');
      case '/huge.json':
        return sendFiftyMegabytes(response);
      default:
        response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function json(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(text);
}

/** As fast as the reader takes them. */
function sendFiftyMegabytes(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const megabyte = Buffer.alloc(1024 * 1024, '[');
  let left = 50;
  const send = () => {
    while (left > 0) {
      left -= 1;
      if (!response.write(megabyte)) {
        response.once('drain', send);
        return;
      }
    }
    response.end();
  };
  send();
}
