/**
 * The site that is crawled: a process of its own that answers at once. Page n links to the pages
 * 5n + 1 to 5n + 5 (modulo the number of pages), so every page is found from page 0 and has five
 * links pointing at it. Speaks with its parent by messages; see `site.ts`.
 */
import { createServer } from 'node:http';

const linksPerPage = 5;
const pages = Number(process.argv[2]);

let requests = 0;
let firstAt: number | null = null;
const seen = new Set<number>();

const server = createServer((request, response) => {
  const match = /^\/page\/(\d+)$/.exec(request.url ?? '');
  const page = match ? Number(match[1]) : Number.NaN;
  if (!(page < pages)) {
    response.writeHead(404).end();
    return;
  }
  firstAt ??= Date.now();
  requests += 1;
  seen.add(page);
  const links = Array.from(
    { length: linksPerPage },
    (_, index) => `/page/${(page * linksPerPage + index + 1) % pages}`,
  );
  const body = JSON.stringify({ id: page, title: `Page ${page}`, text: 'word '.repeat(40), links });
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
});
server.keepAliveTimeout = 60_000;

process.on('message', (message) => {
  if (message === 'report') process.send?.({ requests, pages: seen.size, firstAt });
  if (message === 'reset') {
    requests = 0;
    firstAt = null;
    seen.clear();
    process.send?.('reset');
  }
});
// It must not outlive the benchmark, however that ended.
process.once('disconnect', () => process.exit());

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : null });
});
