/**
 * Canaries: a secret is planted wherever one is typed or configured, a real worker works with all of them against a
 * server that repeats whatever it is sent, and then everything that was written, told or exported is looked through.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signIn } from '#lib/access/sign-in.ts';
import { systemActor } from '#lib/actor/model.ts';
import { exportAudit } from '#lib/audit/list-audit.ts';
import type { SourceInput } from '#lib/config/model.ts';
import { createHttpClient } from '#lib/egress/create-http-client.ts';
import { exportWorkItems } from '#lib/items/export.ts';
import { addChannel } from '#lib/notices/channels.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { listSources } from '#lib/sources/read-sources.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { testSource } from '#lib/sources/test-source.ts';
import { sourcesToYaml } from '#lib/sources/yaml.ts';
import { canary, formsOf, type Parrot, startParrot } from '#test/canaries.ts';
import { loopbackNetworks } from '#test/loopback-server.ts';
import { openSite, type Site } from '#test/worker/processes.ts';

const planted = {
  authorization: canary('authorization'),
  header: canary('header'),
  query: canary('query'),
  bearer: canary('bearer'),
  basic: canary('basic'),
  clientSecret: canary('client-secret'),
  accessToken: canary('access-token'),
  reference: canary('reference'),
  tested: canary('tested'),
  webhook: canary('webhook'),
  metricsToken: canary('metrics'),
  olderKey: canary('older-key'),
  // Typed where they do not belong.
  password: canary('password'),
  inEmailField: canary('in-email'),
};
/** Those that the server is to be asked with; else nothing would be shown by not finding them. */
const used = ['authorization', 'header', 'query', 'bearer', 'basic', 'clientSecret'] as const;

let site: Site;
let parrot: Parrot;
beforeAll(async () => {
  site = await openSite();
  parrot = await startParrot(planted.accessToken);
});
afterAll(async () => {
  await parrot.close();
  await site.dispose();
});

const admin = systemActor('canaries');
const input = (
  name: string,
  authentication: Record<string, string>,
  secrets: Record<string, string>,
): SourceInput => ({
  name,
  type: 'http',
  enabled: true,
  settings: { base_url: parrot.origin, rate_limit_delay: 0, max_retries: 0, authentication },
  seeds: [{ urls: [`${parrot.origin}/of/${name}`, `${parrot.origin}/failing/${name}`] }],
  secrets,
});

async function textOf(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}

it('no secret is anywhere but where it is meant to be', { timeout: 180_000 }, async () => {
  const { db, secretBox } = site.runtime;
  const found = new Set<string>();
  const look = (where: string, content: Buffer | string) => {
    const text = typeof content === 'string' ? content : content.toString('latin1');
    for (const [name, secret] of Object.entries(planted))
      if (formsOf(secret).some((form) => text.includes(form))) found.add(`${name} in ${where}`);
  };
  const env = {
    INGEST_EGRESS_ALLOW: '127.0.0.0/8',
    INGEST_LAKE_ENABLED: 'true',
    INGEST_LAKE_DIR: path.join(site.directory, 'lake'),
    INGEST_METRICS_TOKEN: planted.metricsToken,
    INGEST_SECRET_KEY_OLDER: planted.olderKey,
    INGEST_SOURCE_BY_REFERENCE_TOKEN: planted.reference,
  };

  for (const one of [
    input('by-authorization', {}, { authorization: planted.authorization }),
    input('by-header', { by: 'header', name: 'x-api-key' }, { key: planted.header }),
    input('by-query', { by: 'query', name: 'api_key' }, { key: planted.query }),
    input('by-bearer', { by: 'bearer' }, { token: planted.bearer }),
    input('by-basic', { by: 'basic', user: 'somebody' }, { password: planted.basic }),
    input(
      'by-oauth',
      { by: 'oauth2', token_url: `${parrot.origin}/token`, client_id: 'me', client_in: 'body' },
      { client_secret: planted.clientSecret },
    ),
    input('by-reference', { by: 'bearer' }, { token: 'env:INGEST_SOURCE_BY_REFERENCE_TOKEN' }),
  ]) {
    await saveSource(db, admin, one, { secretBox });
  }
  const hook = `${parrot.origin}/hook/${planted.webhook}`;
  const channel = {
    name: 'hook',
    kind: 'webhook',
    address: hook,
    alerts: true,
    runEnds: true,
  } as const;
  await addChannel(db, admin, channel, { secretBox, smtp: null });
  for (const attempt of [
    { email: 'nobody@example.org', password: planted.password },
    { email: planted.inEmailField, password: 'whatever it is' },
  ]) {
    const from = { address: '192.0.2.1', userAgent: null };
    await expect(signIn(db, { ...attempt, origin: from })).rejects.toThrow();
  }
  const http = createHttpClient({ allow: loopbackNetworks, userAgent: 'Canaries/1' });
  const values = input('tried', { by: 'header', name: 'x-key' }, { key: planted.tested });
  look('a test', JSON.stringify(await testSource(admin, values, { session: db, http, secretBox })));
  await http.close();

  const names = (await listSources(db)).map(({ name }) => name);
  await launchRun(db, admin, { kind: 'seed', sources: names });
  const worked = await site.run('commands/worker.ts', ['--once', '--verbose'], env);
  look('the log of the worker', worked.stdout + worked.stderr);
  expect(parrot.heard.length).toBeGreaterThan(2 * names.length);
  for (const name of [...used, 'accessToken', 'reference', 'tested'] as const) {
    const isUsed = parrot.heard.some((said) =>
      formsOf(planted[name]).some((form) => said.includes(form)),
    );
    expect(isUsed, name).toBe(true);
  }

  look('the YAML of the sources', sourcesToYaml(await listSources(db)));
  for (const [what, start] of [
    ['the audit log', exportAudit],
    ['the work items', exportWorkItems],
  ] as const) {
    look(what, await textOf(await start(db, admin, { format: 'ndjson', parameters: {} })));
  }
  const snapshot = path.join(site.directory, 'snapshot');
  const taken = await site.run('commands/snapshot.ts', ['export', snapshot], env);
  expect(taken.code).toBe(0);
  look('what the snapshot says', taken.stdout + taken.stderr);

  const records = await db.q.selectFrom('IngestRecords').select('payload').execute();
  expect(records.length).toBeGreaterThan(names.length - 1);
  expect(records.map(({ payload }) => payload).join()).toContain('[redacted]');
  const entries = await readdir(site.directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  expect(files.some(({ parentPath }) => parentPath.includes('lake'))).toBe(true);
  for (const { name, parentPath } of files)
    look(`the file ${name}`, await readFile(path.join(parentPath, name)));
  expect([...found]).toEqual([]);
});
