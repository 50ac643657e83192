/**
 * Canaries: a secret is planted wherever one can be typed or configured, the product works with all of them against a
 * server that repeats whatever it is sent, and then everything that it has written, told or shown is looked through.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createApiToken } from '#lib/access/api-tokens.ts';
import { findByEmail } from '#lib/access/user-rows.ts';
import { type Actor, permissions, systemActor } from '#lib/actor/model.ts';
import { loadConfig } from '#lib/load-config.ts';
import { addChannel } from '#lib/notices/channels.ts';
import { secretBoxOf } from '#lib/runtime.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { canary, formsOf, type Parrot, startParrot } from '#test/canaries.ts';
import { openDatabase } from '../db/open.ts';
import { root } from '../scripts/support/root.ts';
import { accounts, password } from './support/accounts.ts';
import { forms, pages } from './support/pages.ts';
import { type Product, startProduct } from './support/product.ts';
import { test as base, expect } from './support/test.ts';

/** In the environment of console and worker. */
const configured = {
  INGEST_METRICS_TOKEN: canary('metrics'),
  INGEST_SECRET_KEY_OLDER: canary('older-key'),
  NEXTAUTH_SECRET: canary('cookies'),
  INGEST_SOURCE_BY_REFERENCE_TOKEN: canary('reference'),
};
/** Typed into the forms of sources and channels. */
const typed = {
  authorization: canary('authorization'),
  header: canary('header'),
  query: canary('query'),
  bearer: canary('bearer'),
  basic: canary('basic'),
  clientSecret: canary('client-secret'),
  accessToken: canary('access-token'),
  tested: canary('tested'),
  webhook: canary('webhook'),
  // Where it does not belong.
  wrongPassword: canary('password'),
  inEmailField: canary('in-email'),
};

const test = base.extend<object, { parrot: Parrot }>({
  parrot: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameters a fixture needs from this pattern
    async ({}, use) => {
      const parrot = await startParrot(typed.accessToken);
      await use(parrot);
      await parrot.close();
    },
    { scope: 'worker' },
  ],
  newProduct: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameters a fixture needs from this pattern
    async ({}, use) => {
      const settings = { INGEST_LAKE_ENABLED: 'true', INGEST_LOG_LEVEL: 'debug' };
      await use(() => startProduct(undefined, { ...configured, ...settings }));
    },
    { scope: 'worker' },
  ],
});
test.setTimeout(240_000);

test('no secret is anywhere but where it is meant to be', async ({
  page,
  request,
  product,
  parrot,
}) => {
  const config = loadConfig({ env: product.env });
  const box = secretBoxOf(config);
  const db = await openDatabase(config.database);
  const found: string[] = [];
  const planted = { ...configured, ...typed };
  const look = (where: string, content: Buffer | string) => {
    const text = content.toString('latin1');
    for (const [name, secret] of Object.entries(planted)) {
      for (const form of formsOf(secret))
        if (text.includes(form)) found.push(`${name} in ${where}`);
    }
  };
  try {
    const admin = await administrator(db);
    const sources: Record<string, readonly [object, Record<string, string>]> = {
      'by-authorization': [{}, { authorization: typed.authorization }],
      'by-header': [{ by: 'header', name: 'x-api-key' }, { key: typed.header }],
      'by-query': [{ by: 'query', name: 'api_key' }, { key: typed.query }],
      'by-bearer': [{ by: 'bearer' }, { token: typed.bearer }],
      'by-basic': [{ by: 'basic', user: 'somebody' }, { password: typed.basic }],
      'by-oauth': [
        { by: 'oauth2', token_url: `${parrot.origin}/token`, client_id: 'me' },
        { client_secret: typed.clientSecret },
      ],
      'by-reference': [{ by: 'bearer' }, { token: 'env:INGEST_SOURCE_BY_REFERENCE_TOKEN' }],
    };
    for (const [name, [authentication, secrets]] of Object.entries(sources)) {
      const given = {
        name,
        type: 'http',
        enabled: true,
        settings: { base_url: parrot.origin, rate_limit_delay: 0, max_retries: 0, authentication },
        seeds: [{ urls: [`${parrot.origin}/of/${name}`, `${parrot.origin}/failing/${name}`] }],
        secrets,
      };
      await saveSource(db, admin, given as Parameters<typeof saveSource>[2], { secretBox: box });
    }
    await addChannel(
      db,
      admin,
      {
        name: 'hook',
        kind: 'webhook',
        address: `${parrot.origin}/hook/${typed.webhook}`,
        alerts: true,
        runEnds: true,
      },
      { secretBox: box, smtp: null },
    );
    const { token } = await createApiToken(db, admin, {
      name: 'canaries',
      permissions: [...permissions],
      sources: null,
      days: 1,
    });
    const ask = (method: string, to: string, data?: object) =>
      request.fetch(`/api/v1${to}`, {
        method,
        headers: { authorization: `Bearer ${token}`, origin: product.url },
        ...(data ? { data } : {}),
      });

    // Typed where they do not belong.
    const { csrfToken } = await (await request.get('/api/auth/csrf')).json();
    for (const form of [
      { email: accounts.viewer, password: typed.wrongPassword },
      { email: typed.inEmailField, password },
    ]) {
      await request.post('/api/auth/callback/credentials', {
        headers: { origin: product.url },
        form: { csrfToken, json: 'true', ...form },
      });
    }
    // Values that are not saved, against a server that repeats them.
    const tried = await ask('POST', '/sources/test', {
      name: 'not-saved',
      type: 'http',
      settings: { base_url: parrot.origin, authentication: { by: 'header', name: 'x-key' } },
      seeds: [{ urls: [`${parrot.origin}/tried`] }],
      secrets: { key: typed.tested },
    });
    look('the answer of a test', await tried.body());
    expect(tried.status()).toBe(200);

    for (const name of Object.keys(sources)) {
      const launched = await ask('POST', '/runs', { kind: 'seed', sources: [name] });
      expect(launched.status(), await launched.text()).toBe(201);
    }
    await expect
      .poll(
        async () =>
          (
            await db.q
              .selectFrom('ingest_runs')
              .select('run_id')
              .where('status', '=', 'running')
              .execute()
          ).length,
        { timeout: 90_000 },
      )
      .toBe(0);
    // All were used, or nothing would be shown by not finding them.
    for (const name of [
      'authorization',
      'header',
      'query',
      'bearer',
      'clientSecret',
      'accessToken',
      'tested',
    ] as const) {
      const used = formsOf(typed[name]).some((form) =>
        parrot.heard.some((said) => said.includes(form)),
      );
      expect(used, name).toBe(true);
    }
    expect(parrot.heard.join()).toContain(configured.INGEST_SOURCE_BY_REFERENCE_TOKEN);
    await expect
      .poll(() => parrot.heard.some((said) => said.includes(typed.webhook)), { timeout: 60_000 })
      .toBe(true);

    const records = await db.q.selectFrom('IngestRecords').select('ingest_id').execute();
    const items = await db.q.selectFrom('work_items').select('work_item_id').execute();
    const runs = await db.q.selectFrom('ingest_runs').select('run_id').execute();
    expect(records.length).toBeGreaterThan(6);
    const addresses = [
      ...pages,
      ...forms,
      ...records.slice(0, 20).map(({ ingest_id: id }) => `/records/${id}`),
      ...records.slice(0, 20).map(({ ingest_id: id }) => `/records/${id}/payload`),
      ...records.slice(0, 20).map(({ ingest_id: id }) => `/records/${id}/received`),
      ...items.map(({ work_item_id: id }) => `/work-items/${id}`),
      ...runs.map(({ run_id: id }) => `/runs/${id}`),
      ...Object.keys(sources).flatMap((name) => [
        `/sources/${name}`,
        `/sources/${name}?tab=revisions`,
      ]),
      '/api/export/audit?format=ndjson',
      '/api/export/work-items?format=csv',
      '/sources/export',
      '/api/search?q=canary',
    ];
    for (const address of addresses) {
      look(`the page ${address}`, await (await page.request.get(address)).body());
      look(
        `the payload of ${address}`,
        await (await page.request.get(address, { headers: { rsc: '1' } })).body(),
      );
    }
    for (const to of [
      '/sources',
      '/items?limit=100',
      '/records?limit=100',
      '/alerts',
      '/runs',
      '/hosts',
      '/workers',
      '/schedules',
      '/sources/yaml',
    ])
      look(`the API's ${to}`, await (await ask('GET', to)).body());
    const metrics = await request.get('/metrics', {
      headers: { authorization: `Bearer ${configured.INGEST_METRICS_TOKEN}` },
    });
    expect(metrics.status()).toBe(200);
    look('the metrics', await metrics.body());
    look('the log', product.output());
    look('a snapshot', await snapshotOf(product));
  } finally {
    await db.close();
  }
  const directory = path.dirname(product.env['INGEST_SQLITE_PATH'] ?? '');
  const files = await readdir(directory, { recursive: true, withFileTypes: true });
  const written = files.filter((file) => file.isFile());
  expect(written.length).toBeGreaterThan(6);
  for (const file of written) {
    look(`the file ${file.name}`, await readFile(path.join(file.parentPath, file.name)));
  }
  expect([...new Set(found)]).toEqual([]);
});

async function administrator(db: Parameters<typeof findByEmail>[0]): Promise<Actor> {
  const user = await findByEmail(db, accounts.admin);
  return user ? { userId: user.user_id, email: user.email, role: 'admin' } : systemActor('tests');
}

/** All files of a snapshot that the command makes. */
async function snapshotOf(product: Product): Promise<Buffer> {
  const directory = await mkdtemp(path.join(tmpdir(), 'canaries-'));
  try {
    const node = path.join(root, 'node_modules/.bin/node');
    const target = path.join(directory, 'snapshot');
    const args = ['commands/snapshot.ts', 'export', target];
    const { stdout, stderr } = await promisify(execFile)(node, args, {
      cwd: root,
      env: product.env,
    });
    await writeFile(path.join(directory, 'said'), stdout + stderr);
    const files = await readdir(directory, { recursive: true, withFileTypes: true });
    const contents = files
      .filter((file) => file.isFile())
      .map((file) => readFile(path.join(file.parentPath, file.name)));
    return Buffer.concat(await Promise.all(contents));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
