import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeOf, type Outline, outlineOfTheHouse } from '#test/documented-code.ts';
import { sendJson, startLoopbackServer } from '#test/loopback-server.ts';

let house: Outline;

beforeAll(async () => {
  house = await outlineOfTheHouse();
  const shown = codeOf('README.md').filter(
    ({ heading, language }) => heading === 'Adding a source type' && language === 'ts',
  );
  const [type, line] = shown.map(({ code }) => code);
  if (type === undefined || line === undefined) throw new Error('the README shows no source type');
  await mkdir(path.join(house.directory, 'jsonfeed'));
  await writeFile(path.join(house.directory, 'jsonfeed/index.ts'), type);
  await writeFile(path.join(house.directory, 'types.ts'), line);
});
afterAll(() => house?.remove());

it('the type the README shows compiles under the rules of this house', async () => {
  expect(await house.compile(['jsonfeed/index.ts', 'types.ts'])).toBe('');
});

it('and crawls a feed of three pages, and finds it unchanged the next time', async () => {
  const server = await startLoopbackServer((request, response) => {
    const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page') ?? 1);
    const etag = `"${page}"`;
    if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
    else {
      const next = page < 3 ? { next_url: `/feed.json?page=${page + 1}` } : {};
      sendJson(response, { items: [{ id: page }], ...next }, { headers: { etag } });
    }
  });
  try {
    await writeFile(path.join(house.directory, 'crawl.ts'), crawl);
    const printed = await house.run('crawl.ts', [
      pathToFileURL(path.join(house.directory, 'types.ts')).href,
      `${server.origin}/feed.json`,
    ]);
    expect(JSON.parse(printed)).toEqual({
      id: 'jsonfeed',
      kinds: ['fetched', 'fetched', 'fetched'],
      again: ['unchanged', 'unchanged', 'unchanged'],
      hints: ['feeds', 'priority'],
    });
  } finally {
    await server.close();
  }
});

/** What a worker does with a type, without the queue. */
const crawl = `
import { harness, itemOf } from '#test/fetch-harness.ts';
const [, , types, feed] = process.argv;
const [type] = Object.values(await import(types));
const source = harness(type, type.templates[0].settings);
const queue = source.seed({ feeds: [feed] });
const kinds = [];
const again = [];
for (let item = queue.shift(); item; item = queue.shift()) {
  const outcome = await source.fetch(item);
  kinds.push(outcome.kind);
  queue.push(...type.discover(item, outcome.payload, source.context).map((found) => itemOf(found)));
  again.push((await source.fetch({ ...item, etag: outcome.validators.etag })).kind);
}
await source.close();
console.log(JSON.stringify({ id: type.id, kinds, again, hints: Object.keys(type.seedHints).sort() }));
`;
