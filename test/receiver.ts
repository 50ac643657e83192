/** A receiver of webhooks that notes what it gets, and answers as it is told. */
import { createServer, type IncomingHttpHeaders } from 'node:http';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly got: Received[];
  /** The next answers; 200 when there is none, 0 = the answer is swallowed after the message was taken. */
  readonly answers: number[];
  /** Its address, with a token in it. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

export async function aReceiver(): Promise<Receiver> {
  const got: Received[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      got.push({ headers: request.headers, body });
      const status = answers.shift() ?? 200;
      if (status === 0) response.destroy();
      else response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    got,
    answers,
    url: `http://127.0.0.1:${port}/hook?token=t0ken-of-the-address`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
