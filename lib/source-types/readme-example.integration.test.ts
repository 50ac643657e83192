import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendJson, startLoopbackServer } from '#test/loopback-server.ts';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../..');
/** The compiler is a script that looks for this Node. */
const withNode = {
  ...process.env,
  PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env['PATH'] ?? ''}`,
};
let house = '';

/** A copy of the house in outline, in which the README's type is a folder like the others. */
beforeAll(async () => {
  house = await mkdtemp(path.join(tmpdir(), 'source-type-'));
  for (const name of ['db', 'lib', 'node_modules']) {
    await symlink(path.join(root, name), path.join(house, name));
  }
  const readme = await readFile(path.join(root, 'README.md'), 'utf8');
  const chapter = readme.slice(readme.indexOf('## Adding a source type'));
  const [type, line] = [...chapter.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code);
  if (type === undefined || line === undefined) throw new Error('the README shows no source type');
  await mkdir(path.join(house, 'jsonfeed'));
  await writeFile(path.join(house, 'jsonfeed/index.ts'), type);
  await writeFile(path.join(house, 'types.ts'), line);
  const { imports } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  await writeFile(path.join(house, 'package.json'), JSON.stringify({ type: 'module', imports }));
  await writeFile(
    path.join(house, 'tsconfig.json'),
    JSON.stringify({
      extends: path.join(root, 'tsconfig.json'),
      compilerOptions: { incremental: false, plugins: [], types: ['node'] },
      include: ['jsonfeed/index.ts', 'types.ts'],
    }),
  );
});
afterAll(() => rm(house, { recursive: true, force: true }));

it('the type the README shows compiles under the rules of this house', async () => {
  const tsc = path.join(root, 'node_modules/.bin/tsc');
  const { stdout } = await run(tsc, ['--noEmit', '-p', house], { env: withNode }).catch(
    (error: Error & { stdout: string }) => ({ stdout: error.stdout || error.message }),
  );
  expect(stdout).toBe('');
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
    await writeFile(path.join(house, 'crawl.ts'), crawl);
    const { stdout } = await run(process.execPath, [
      path.join(house, 'crawl.ts'),
      pathToFileURL(path.join(house, 'types.ts')).href,
      `${server.origin}/feed.json`,
    ]);
    expect(JSON.parse(stdout)).toEqual({
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
