/** A little server that answers like a wiki's api.php, or fails like one. */
import { createServer } from 'node:http';

export interface FakeWiki {
  readonly apiUrl: string;
  /** What it answers from now on. */
  answer(mode: 'pages' | 'broken'): void;
  close(): Promise<void>;
}

const links = ['Tatooine', 'Naboo', 'Hoth'];

export async function startFakeWiki(): Promise<FakeWiki> {
  let mode: 'pages' | 'broken' = 'broken';
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (mode === 'broken' || url.pathname !== '/w/api.php') {
      response.writeHead(500, { 'content-type': 'text/plain' }).end('out of order');
      return;
    }
    const title = url.searchParams.get('titles') ?? '';
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(
      JSON.stringify({
        batchcomplete: true,
        query: {
          pages: [
            {
              pageid: 1,
              ns: 0,
              title,
              lastrevid: 7,
              revisions: [
                {
                  revid: 7,
                  slots: { main: { contentmodel: 'wikitext', content: `About ${title}` } },
                },
              ],
              links: links.map((link) => ({ ns: 0, title: link })),
            },
          ],
        },
      }),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return {
    apiUrl: `http://127.0.0.1:${address.port}/w/api.php`,
    answer: (next) => {
      mode = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
