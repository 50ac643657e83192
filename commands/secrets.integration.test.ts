/** Secrets typed wherever one can be typed are searched for in everything that a deployment keeps, shows and prints. */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { createHttpClient } from '#lib/egress/create-http-client.ts';
import type { JsonObject } from '#lib/json.ts';
import { listRevisions, listSources } from '#lib/sources/read-sources.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { testSource } from '#lib/sources/test-source.ts';
import { sourcesToYaml } from '#lib/sources/yaml.ts';
import { bodyOf, type LoopbackServer, startLoopbackServer } from '#test/loopback-server.ts';
import { openSite, type Site } from '#test/worker/processes.ts';

let site: Site;
let api: LoopbackServer;
beforeEach(async () => {
  site = await openSite();
  api = await startLoopbackServer(async (request, response) => {
    const body = await bodyOf(request);
    if (request.url === '/token') {
      const token = { access_token: 'canary-token-of-oauth2', token_type: 'bearer' };
      response.end(JSON.stringify({ ...token, echo: body }));
      return;
    }
    const { url = '', headers } = request;
    if (url.startsWith('/redirect')) {
      response.writeHead(302, { location: url.replace('redirect', 'items') }).end();
      return;
    }
    response.writeHead(url.includes('broken') ? 422 : 200, {
      'content-type': 'application/json',
      link: `<${url}&page=2>; rel="next"`,
      'x-echo': headers.authorization ?? '',
    });
    // As some do, it repeats what it was asked.
    response.end(JSON.stringify({ url, headers, body, next: `http://${headers.host}${url}` }));
  });
});
afterEach(async () => {
  await api.close();
  await site.dispose();
});

const ways: readonly (readonly [by: JsonObject, secret: string])[] = [
  [{ by: 'authorization' }, 'authorization'],
  [{ by: 'header', name: 'X-Key' }, 'key'],
  [{ by: 'query', name: 'apikey' }, 'key'],
  [{ by: 'bearer' }, 'token'],
  [{ by: 'basic', user: 'luke' }, 'password'],
  [{ by: 'oauth2', client_id: 'c' }, 'client_secret'],
  [{ by: 'oauth2', client_id: 'c', client_in: 'body' }, 'client_secret'],
];
const canary = (number: number) => `canary-${number}/of+many`;
const forms = (secret: string) => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(`luke:${secret}`).toString('base64'),
  Buffer.from(`c:${encodeURIComponent(secret)}`).toString('base64'),
];
const all = [...ways.flatMap((_, number) => forms(canary(number))), 'canary-token-of-oauth2'];

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((one) => one.isFile()).map((one) => path.join(one.parentPath, one.name));
}

async function textsOf(directory: string): Promise<[string, string][]> {
  const files = await filesIn(directory);
  return Promise.all(
    files.map(
      async (file) => [file, (await readFile(file)).toString('latin1')] as [string, string],
    ),
  );
}

const found = (where: string, text: string) =>
  all.filter((secret) => text.includes(secret)).map((secret) => `${secret} in ${where}`);

describe('secrets of sources', () => {
  it('are in no file, output, export, name or answer', async () => {
    const { runtime } = site;
    const key = randomBytes(32).toString('base64');
    const env = {
      INGEST_SECRET_KEY: key,
      INGEST_EGRESS_ALLOW: '127.0.0.0/8',
      INGEST_LAKE_ENABLED: 'true',
      INGEST_LAKE_DIR: path.join(site.directory, 'lake'),
      INGEST_LOG_LEVEL: 'trace',
    };
    const sources = ways.map(([by], number) => ({
      name: `api-${number}`,
      type: 'http',
      base_url: api.origin,
      response: 'json',
      max_retries: 0,
      authentication: by['by'] === 'oauth2' ? { ...by, token_url: `${api.origin}/token` } : by,
      discovery: { enabled: true, links: ['$.next'], max_depth: 2 },
      paging: { by: 'link', max_pages: 3 },
    }));
    const seeds = sources.map(({ name }) => ({
      source: name,
      urls: ['/items?a=1', '/redirect?b=2', '/broken?c=3'],
    }));
    const file = path.join(site.directory, 'ingest.yaml');
    await writeFile(file, JSON.stringify({ sources, seeds }));
    const given = ways.map(([, secret], number) => [
      `INGEST_SOURCE_API_${number}_${secret.toUpperCase()}`,
      canary(number),
    ]);
    const secrets: Record<string, string> = Object.fromEntries(given);
    const ended = await site.run(
      'commands/ingest.ts',
      ['--config', file, '--seed', '--max-items', '200', '--verbose'],
      {
        ...env,
        ...secrets,
      },
    );
    // What is broken has failed.
    expect(ended.code).toBe(3);
    const sent = api.requests.map(({ url, headers }) => JSON.stringify([url, headers])).join('\n');
    // Else the search below would find nothing of what was never sent.
    for (const number of [0, 1, 3]) expect(sent).toContain(canary(number));
    expect(sent).toContain(encodeURIComponent(canary(2)));
    expect(sent).toContain(Buffer.from(`luke:${canary(4)}`).toString('base64'));
    expect(sent).toContain('canary-token-of-oauth2');
    const records = await runtime.db.q.selectFrom('IngestRecords').select('request_uri').execute();
    expect(records.length).toBeGreaterThanOrEqual(2 * ways.length);

    const rotated = await site.run('commands/secrets.ts', ['rotate'], {
      ...env,
      INGEST_SECRET_KEY: randomBytes(32).toString('base64'),
      INGEST_SECRET_KEY_OLDER: key,
    });
    expect(rotated).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`✓ ${ways.length} `),
    });
    await site.run('commands/snapshot.ts', ['export', path.join(site.directory, 'snapshot')], env);

    const listed = await listSources(runtime.db);
    const revisions = await Promise.all(
      listed.map((one) => listRevisions(runtime.db, one.sourceId)),
    );
    const shown = JSON.stringify([listed, revisions, sourcesToYaml(listed)]);
    expect(shown).toContain('"since"');
    // Its own configuration is where a person typed none.
    const texts = (await textsOf(site.directory)).filter(([name]) => name !== file);
    expect(texts.some(([name]) => name.includes('lake'))).toBe(true);
    expect(texts.some(([name]) => name.includes('snapshot'))).toBe(true);
    const places: [string, string][] = [
      ...texts,
      ...texts.map(([name]): [string, string] => ['a file name', name]),
      ['the output', ended.stdout + ended.stderr + rotated.stdout + rotated.stderr],
      ['what pages are made of', shown],
    ];
    expect(places.flatMap(([where, text]) => found(where, text))).toEqual([]);
  }, 120_000);

  it.each(ways)('are in no preview: %j', async (by, name) => {
    const { runtime } = site;
    const number = ways.findIndex(([one]) => one === by);
    const source = {
      name: 'unsaved',
      type: 'http',
      enabled: true,
      settings: {
        base_url: api.origin,
        response: 'json',
        authentication: by['by'] === 'oauth2' ? { ...by, token_url: `${api.origin}/token` } : by,
      },
      seeds: [{ urls: ['/items?a=1', '/broken?b=2'] }],
      secrets: { [name]: canary(number) },
    };
    const admin = systemActor('test');
    const http = createHttpClient({ allow: ['127.0.0.0/8'], userAgent: 'Test/1' });
    try {
      const options = { session: runtime.db, http, secretBox: runtime.secretBox };
      const tested = await testSource(admin, source, options);
      expect(tested).toMatchObject({ outcome: 'fetched', request: expect.anything() });
      expect(found('the preview', JSON.stringify(tested))).toEqual([]);
      const saved = await saveSource(runtime.db, admin, source, options);
      const again = await testSource(
        admin,
        { ...source, secrets: {} },
        { ...options, sourceId: saved.sourceId },
      );
      expect(again).toMatchObject({ outcome: 'fetched' });
      expect(found('the preview', JSON.stringify(again))).toEqual([]);
    } finally {
      await http.close();
    }
  });
});
