/** `pnpm holocron`, as processes: on a database, and against servers that answer as a console does, or badly. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRequestLimits } from '#lib/access/request-limits.ts';
import { systemActor } from '#lib/actor/model.ts';
import { answerApi } from '#lib/api/answer.ts';
import { bodyOf, type LoopbackServer, startLoopbackServer } from '#test/loopback-server.ts';
import { openSite, type Site, until } from '#test/worker/processes.ts';

let site: Site;
beforeEach(async () => {
  site = await openSite();
});
afterEach(() => site.dispose());

const holocron = (args: readonly string[], env?: Record<string, string>) =>
  site.run('commands/holocron.ts', args, env);

/** The object that ends standard output; fails with what the command said otherwise. */
async function asked(
  args: readonly string[],
  env?: Record<string, string>,
): Promise<Record<string, unknown> & { code: number | null }> {
  const { stdout, stderr, code } = await holocron([...args, '--json'], env);
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  if (last === '') throw new Error(stderr);
  return { ...JSON.parse(last), code };
}

const yaml = `sources:
  - {name: wiki, type: test, resources: 6, fail_ids: [test_resource_002], max_retries: 0}
  - {name: other, type: test}
seeds:
  - {source: wiki, ids: [test_resource_001, test_resource_002, test_resource_003]}
  - {source: other, ids: [test_resource_001]}
`;

async function sourcesFile(text = yaml): Promise<string> {
  const file = path.join(site.directory, 'sources.yaml');
  await writeFile(file, text);
  return file;
}

describe('pnpm holocron on a database', () => {
  it('plans, applies and compares sources, and says with 2 that somebody changed them', async () => {
    const file = await sourcesFile();
    const plan = await asked(['sources', 'plan', file]);
    expect(plan['sources']).toMatchObject([
      { name: 'wiki', change: 'new' },
      { name: 'other', change: 'new' },
    ]);
    expect((await holocron(['sources', 'drift', file])).code).toBe(2);
    expect(await asked(['sources', 'apply', file])).toMatchObject({ code: 0, created: 2 });
    expect(await asked(['sources', 'apply', file])).toMatchObject({ code: 0, unchanged: 2 });
    expect(await asked(['sources', 'drift', file])).toMatchObject({ code: 0, drifted: false });

    const copy = path.join(site.directory, 'copy.yaml');
    await holocron(['sources', 'export', '--out', copy]);
    expect(await readFile(copy, 'utf8')).toContain('name: wiki');
    expect(await asked(['sources', 'drift', copy])).toMatchObject({ code: 0, drifted: false });
    await sourcesFile(yaml.replace('resources: 6', 'resources: 7'));
    expect(await asked(['sources', 'drift', file])).toMatchObject({
      code: 2,
      sources: [{ name: 'wiki', change: 'changed', differs: ['settings'] }],
    });
    const only = await sourcesFile(yaml.replaceAll(/.*other.*\n/g, ''));
    const drift = await holocron(['sources', 'drift', only]);
    expect([drift.code, drift.stdout]).toEqual([2, '- other is not in the file\n']);
    expect((await holocron(['sources', 'drift', only, '--ignore-others'])).code).toBe(0);
  });

  it('launches a run, waits for its end beside a worker, and retries what failed after a preview', async () => {
    await holocron(['sources', 'apply', await sourcesFile()]);
    site.start('commands/worker.ts', []);
    const launched = await asked(['runs', 'launch', '--source', 'wiki', '--wait']);
    expect(launched).toMatchObject({ code: 3, status: 'completed', itemsFailed: 1 });
    const runId = String(launched['runId']);
    expect(await asked(['runs', 'show', runId])).toMatchObject({ runId, itemsFailed: 1 });
    expect(await asked(['runs', 'list', '--limit', '1'])).toMatchObject({ rows: [{ runId }] });

    const failed = ['--filter', 'source=wiki', 'status=failed'];
    const preview = await holocron(['items', 'retry', ...failed]);
    expect(preview.stdout).toMatch(/Retry: 1 item will be tried again.*\n.*\nNothing was changed/);
    expect(await asked(['items', 'count', ...failed])).toMatchObject({ kind: 'exact', count: 1 });
    expect(await asked(['items', 'retry', ...failed, '--yes', '--wait'])).toMatchObject({
      code: 0,
      status: 'completed',
      changed: 1,
    });
    await until('it has failed again', async () => {
      const { rows } = await asked(['items', 'list', ...failed]);
      return Array.isArray(rows) && rows.length === 1;
    });
    const { rows } = await asked(['items', 'list', ...failed]);
    const [{ workItemId }] = rows as [{ workItemId: string }];
    expect(await asked(['items', 'skip', '--id', workItemId, '--yes'])).toMatchObject({
      changed: 1,
      outcome: '1 item was skipped',
    });
    expect(await asked(['items', 'show', workItemId])).toMatchObject({
      item: { status: 'skipped' },
    });
    expect((await holocron(['why', workItemId])).stdout).toBe(
      'skipped: It was skipped. Retry it to put it back into the queue.\n',
    );

    const records = await asked(['records', 'list', '--filter', 'source=wiki']);
    const [{ ingestId }] = records['rows'] as [{ ingestId: string }];
    // The test source has no bytes of its own.
    expect((await holocron(['records', 'download', ingestId])).stderr).toContain('not_found');
    const bytes = path.join(site.directory, 'bytes');
    expect((await holocron(['records', 'download', ingestId, '--text', '--out', bytes])).code).toBe(
      0,
    );
    const { stdout } = await holocron(['records', 'download', ingestId, '--text']);
    expect(await readFile(bytes, 'utf8')).toBe(stdout);
    const again = await holocron(['records', 'download', ingestId, '--text', '--out', bytes]);
    expect(again.stderr).toContain('There is already a file');

    const audited = await site.runtime.db.q
      .selectFrom('audit_log')
      .select('actor_email')
      .where('action', '=', 'run.launch')
      .execute();
    expect(audited).toEqual([{ actor_email: 'system:holocron' }]);
  });

  it('ends a wait at its time-out with 4, and the run goes on', async () => {
    await holocron(['sources', 'apply', await sourcesFile()]);
    const launched = await asked([
      'runs',
      'launch',
      '--source',
      'wiki',
      '--wait',
      '--timeout',
      '1',
    ]);
    expect(launched).toMatchObject({ code: 4, status: 'running' });
    const runId = String(launched['runId']);
    expect(await asked(['runs', 'pause', runId])).toMatchObject({ pausedAt: expect.any(String) });
    expect(await asked(['runs', 'resume', runId])).toMatchObject({ pausedAt: null });
    expect((await holocron(['stop', '--reason', 'a move'])).stdout).toMatch(/^✓ Everything is/);
    expect(await asked(['stopped'])).toMatchObject({ stop: { reason: 'a move' } });
    expect((await holocron(['go-on'])).code).toBe(0);
    expect(await asked(['stopped'])).toMatchObject({ stop: null });
    expect(await asked(['runs', 'cancel', runId])).toMatchObject({ status: 'cancelled' });
    expect(await asked(['statistics'])).toMatchObject({ bySource: [{ sourceName: 'wiki' }] });
  });

  it.each([
    [['runs', 'lounch'], /usage: Unknown command 'lounch' \(Did you mean launch\?\)/],
    [['runs', 'launch', '--sorce', 'x'], /usage: Unknown option '--sorce' \(Did you mean --source/],
    [['runs', 'launch', '--stale', '-1'], /usage: .*whole number from 0 to 3650/],
    [['items', 'retry', '--yes'], /usage: Say which items/],
    [['items', 'retry', '--filter', 'sttus=failed', '--yes'], /no filter “sttus”. Did you mean/],
    [['items', 'set-priority', '--filter', 'source=x'], /usage: Give --priority/],
    [['api', 'call', 'runs.lst'], /no endpoint runs.lst.\n\s*→ Did you mean runs.list\?/],
    [['runs', 'show', 'x'], /not_found: There is no run x/],
    [['runs', 'list', '--url', 'console.example'], /input_invalid: The address of the console/],
    [
      ['runs', 'list', '--url', 'http://console.example'],
      /insecure_transport: The token would be sent to http:\/\/console.example without TLS.\n\s*→ .*--plain-http/,
    ],
    [['runs', 'list', '--url', 'http://10.0.0.5:3000/'], /insecure_transport: /],
    [['runs', 'list', '--url', 'http://localhost@console.example'], /input_invalid: /],
    [
      ['runs', 'list', '--url', 'http://console.invalid', '--plain-http'],
      /token_invalid: The variable HOLOCRON_TOKEN/,
    ],
    [['runs', 'list', '--url', 'http://localhost'], /token_invalid: The variable HOLOCRON_TOKEN/],
  ])('%j ends with 1, its code and its remedy', async (args, said) => {
    const { code, stdout, stderr } = await holocron(args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(said);
    expect(stderr).toContain('→');
  });
});

describe('pnpm holocron --url', () => {
  let server: LoopbackServer;
  /** What the server saw of each request. */
  let seen: { authorization: string | undefined; key: string | undefined; url: string }[];
  let answers: ((request: Request) => Promise<Response | null>)[];

  beforeEach(async () => {
    seen = [];
    answers = [];
    const { runtime } = site;
    const limit = createRequestLimits(() => performance.now());
    server = await startLoopbackServer(async (incoming, outgoing) => {
      const body = await bodyOf(incoming);
      const { url = '', method = 'GET', headers } = incoming;
      const key = headers['idempotency-key'];
      seen.push({ authorization: headers.authorization, key: key?.toString(), url });
      const request = new Request(`http://console.invalid${url}`, {
        method,
        headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
        ...(body === '' ? {} : { body }),
      });
      const answer = await (
        answers.shift() ??
        ((asked_: Request) =>
          answerApi(asked_, { runtime, limits: limit, address: null, actor: systemActor('test') }))
      )(request);
      if (answer === null) {
        incoming.socket.destroy();
        return;
      }
      outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
      outgoing.end(Buffer.from(await answer.arrayBuffer()));
    });
  });
  afterEach(() => server.close());

  const remote = (args: readonly string[]) =>
    holocron([...args, '--url', `${server.origin}/`], { HOLOCRON_TOKEN: 'hlc_test' });

  it('shows its token, asks for every page, and prints what it got', async () => {
    await holocron(['sources', 'apply', await sourcesFile()]);
    const { code, stdout } = await remote(['sources', 'list', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ rows: [{ name: 'other' }, { name: 'wiki' }] });
    expect(seen).toMatchObject([{ authorization: 'Bearer hlc_test', url: '/api/v1/sources' }]);
  });

  it('sends a launch again under its key when the connection was lost, and it is one run', async () => {
    await holocron(['sources', 'apply', await sourcesFile()]);
    const { runtime } = site;
    answers = [
      async (request) => {
        // It was carried out, and the answer never came.
        const limit = createRequestLimits(() => 0);
        const actor = systemActor('test');
        await answerApi(request, { runtime, limits: limit, address: null, actor });
        return null;
      },
    ];
    const { code, stderr } = await remote(['runs', 'launch', '--source', 'wiki']);
    expect([code, stderr]).toEqual([0, '']);
    expect(seen).toHaveLength(2);
    expect(seen[0]?.key).toMatch(/^[0-9a-f-]{36}$/);
    expect(seen[1]?.key).toBe(seen[0]?.key);
    const runs = await runtime.db.q.selectFrom('current_runs').select('run_id').execute();
    expect(runs).toHaveLength(1);
  });

  it('waits when it is asked to, and goes where no redirect leads', async () => {
    answers = [
      async () => Response.json({}, { status: 429, headers: { 'retry-after': '1' } }),
      async () => Response.json({ rows: [], next: null, previous: null }),
      async () =>
        new Response(null, { status: 302, headers: { location: `${server.origin}/elsewhere` } }),
      async () => new Response('<html>a proxy</html>', { status: 502 }),
      async () => new Response('<html>a page</html>'),
    ];
    expect((await remote(['runs', 'list'])).code).toBe(0);
    expect(seen).toHaveLength(2);
    for (const _ of [1, 2, 3]) {
      const { code, stderr } = await remote(['runs', 'list']);
      expect(code).toBe(1);
      expect(stderr).toMatch(/console_unreachable: .* answers, but not as this API/);
    }
    expect(seen.map(({ url }) => url)).not.toContain('/elsewhere');
  });

  it('passes on what the console refuses, with its code and remedy', async () => {
    const problem = {
      ...{ type: '/', title: 'x', status: 403, code: 'a_code_to_come' },
      ...{ detail: 'You may not.', remedy: 'Ask.', fields: { a: 'is wrong' } },
    };
    answers = [async () => Response.json(problem, { status: 403 })];
    const { code, stderr } = await remote(['runs', 'list']);
    expect(code).toBe(1);
    expect(stderr).toBe('✗ a_code_to_come: You may not.\n  a: is wrong\n  → Ask.\n');
  });
});
