import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getRun } from '#lib/runs/run-row.ts';
import { openSite, type Site, until } from '#test/worker/processes.ts';

let site: Site;
beforeEach(async () => {
  site = await openSite();
});
afterEach(() => site.dispose());

const example = path.resolve(import.meta.dirname, '../config/ingest.example.yaml');
const ingest = (...args: string[]) => site.run('commands/ingest.ts', args);

async function configured(yaml: string): Promise<string> {
  const file = path.join(site.directory, 'ingest.yaml');
  await writeFile(file, yaml);
  return file;
}

/** The last line of standard output. */
function answer(stdout: string): Record<string, unknown> {
  // JSON.parse of an object's text yields an object; what is in it is asserted.
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
}

describe('pnpm ingest', () => {
  it('seeds, runs and tells the numbers; again, it fetches nothing twice', async () => {
    const first = await ingest('--config', example, '--seed', '--max-items', '10', '--json');
    expect(first.code).toBe(0);
    const numbers = answer(first.stdout);
    expect(numbers).toMatchObject({
      items_processed: 5,
      items_succeeded: 5,
      items_failed: 0,
      items_discovered: 0,
    });
    const run = await getRun(site.runtime.db, String(numbers['run_id']));
    expect(run).toMatchObject({ status: 'completed', itemsProcessed: 5, itemsSucceeded: 5 });

    const second = await ingest('--config', example, '--seed', '--max-items', '10', '--json');
    expect(second.code).toBe(0);
    expect(answer(second.stdout)).toMatchObject({ items_processed: 0, items_succeeded: 0 });
    const records = await site.runtime.db.q
      .selectFrom('IngestRecords')
      .select('ingest_id')
      .execute();
    expect(records).toHaveLength(5);
  });

  it('--seed alone seeds and stops; without it, what is pending is worked on', async () => {
    const seeded = await ingest('--config', example, '--seed', '--json');
    expect(answer(seeded.stdout)).toMatchObject({ items_processed: 0 });
    expect((await site.runtime.store.getStats()).byStatus).toMatchObject({
      pending: 5,
      completed: 0,
    });

    const worked = await ingest('--config', example, '--json');
    const numbers = answer(worked.stdout);
    expect(numbers).toMatchObject({ items_processed: 5, items_succeeded: 5 });
    // The run it names is the one whose items these are.
    const run = await getRun(site.runtime.db, String(numbers['run_id']));
    expect(run).toMatchObject({ status: 'completed', itemsTotal: 5, itemsProcessed: 5 });
    expect(numbers['run_id']).toBe(answer(seeded.stdout)['run_id']);

    const idle = await ingest('--config', example, '--seed', '--json');
    expect(idle.code).toBe(0);
    expect(answer(idle.stdout)).toMatchObject({ run_id: null, items_processed: 0 });
    const { stdout } = await ingest('--config', example);
    expect(stdout).toBe('Nothing to do: no item was ready to be fetched.\n');
    const runs = await site.runtime.db.q.selectFrom('current_runs').select('run_id').execute();
    expect(runs).toHaveLength(1);
  });

  it('--max-items bounds what one invocation processes', async () => {
    const bounded = await ingest('--config', example, '--seed', '--max-items', '2', '--json');
    expect(answer(bounded.stdout)).toMatchObject({ items_processed: 2 });
    expect((await site.runtime.store.getStats()).byStatus).toMatchObject({
      pending: 3,
      completed: 2,
      in_progress: 0,
    });
  });

  it('--stats prints the count per status', async () => {
    await ingest('--config', example, '--seed', '--max-items', '2');
    const stats = await ingest('--config', example, '--stats', '--json');
    expect(stats.code).toBe(0);
    expect(answer(stats.stdout)).toEqual({
      pending: 3,
      in_progress: 0,
      completed: 2,
      failed: 0,
      skipped: 0,
    });
  });

  it('without --json speaks to a person', async () => {
    const { stdout } = await ingest('--config', example, '--seed', '--max-items', '10');
    expect(stdout).toMatch(
      /Seeded 5 new items\.\nRun [0-9a-f-]{36}: 5 processed, 5 succeeded, 0 failed, 0 discovered\.\n/,
    );
  });

  it('exits with 3 when items failed, and tries them again with --retry-failed', async () => {
    const flawed = (fails: string) =>
      configured(
        `sources:\n  - {name: flawed, type: test, fail_ids: [${fails}], max_retries: 0}\nseeds:\n  - source: flawed\n`,
      );
    const file = await flawed('test_resource_002');
    const first = await ingest('--config', file, '--seed', '--max-items', '10', '--json');
    expect(first.code).toBe(3);
    expect(answer(first.stdout)).toMatchObject({ items_succeeded: 4, items_failed: 1 });
    expect((await ingest('--config', file, '--json')).code).toBe(0);

    const again = await ingest('--config', file, '--retry-failed');
    expect(again.code).toBe(3);
    expect(again.stdout).toMatch(/1 processed, 0 succeeded, 1 failed/);
    const mended = await ingest('--config', await flawed(''), '--retry-failed', '--json');
    expect(mended.code).toBe(0);
    expect(answer(mended.stdout)).toMatchObject({ items_succeeded: 1, items_failed: 0 });
    const none = await ingest('--config', await flawed(''), '--retry-failed');
    expect(none.code).toBe(0);
    expect(none.stdout).toMatch(/nothing to retry/);
  });

  it('goes on where it was interrupted, and says so', async () => {
    const file = await configured(
      'sources: [{name: slow, type: test, resources: 40, latency_ms: 200}]\nseeds: [{source: slow}]\n',
    );
    await ingest('--config', file, '--seed');
    const running = site.start('commands/ingest.ts', ['--config', file]);
    const completed = async () => (await site.runtime.store.getStats()).byStatus.completed;
    await until('some items are completed', async () => (await completed()) > 3);
    running.process.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/It was interrupted\.\n.*the next run of this command goes on/);
    const { in_progress, failed, pending } = (await site.runtime.store.getStats()).byStatus;
    expect({ in_progress, failed }).toEqual({ in_progress: 0, failed: 0 });
    expect(pending).toBeGreaterThan(0);
    const again = await ingest('--config', file, '--json');
    expect(again.code).toBe(0);
    expect(answer(again.stdout)).toMatchObject({ interrupted: false, items_left: null });
    const records = await site.runtime.db.q
      .selectFrom('IngestRecords')
      .select('resource_id')
      .execute();
    expect(records).toHaveLength(40);
    expect(new Set(records.map((record) => record.resource_id)).size).toBe(40);
  });

  it('a second --seed says what it did not do, and what to run instead', async () => {
    const file = await configured(
      'sources:\n  - {name: flawed, type: test, fail_ids: [test_resource_002], max_retries: 0}\nseeds:\n  - source: flawed\n',
    );
    await ingest('--config', file, '--seed', '--max-items', '10');
    const second = await ingest('--config', file, '--seed', '--max-items', '10');
    expect(second.code).toBe(0);
    expect(second.stdout).toMatch(/^Seeded 0 new items\.\n/);
    expect(second.stdout).toMatch(/known already were not fetched again: .*4 completed/);
    expect(second.stdout).toMatch(/1 failed.*--recrawl.*--retry-failed/);
    const json = await ingest('--config', file, '--seed', '--json');
    expect(answer(json.stdout)).toMatchObject({ seeds_known: { completed: 4, failed: 1 } });
  });

  it('--recrawl fetches what is completed again: of some sources, and only what is stale or due', async () => {
    const file = await configured(
      'sources:\n  - {name: a, type: test}\n  - {name: b, type: test}\nseeds:\n  - source: a\n  - source: b\n    ids: [test_resource_001]\n',
    );
    await ingest('--config', file, '--seed', '--max-items', '100');
    const recrawled = async (...args: string[]) => {
      const { code, stdout } = await ingest('--config', file, '--recrawl', '--json', ...args);
      return { code, processed: answer(stdout)['items_processed'] };
    };
    const { completed } = (await site.runtime.store.getStats()).byStatus;
    expect(await recrawled()).toEqual({ code: 0, processed: completed });
    expect(await recrawled('--source', 'a')).toEqual({ code: 0, processed: 5 });
    expect(await recrawled('--stale', '1')).toEqual({ code: 0, processed: 0 });
    expect(await recrawled('--due')).toEqual({ code: 0, processed: 0 });
    const { db } = site.runtime;
    const longAgo = { last_fetched_at: '2020-01-01T00:00:00.000Z' };
    await db.q
      .updateTable('work_items')
      .set({ ...longAgo, next_fetch_at: db.engine.now() })
      .where('source_name', '=', 'a')
      .where('resource_id', '=', 'test_resource_001')
      .execute();
    expect(await recrawled('--stale', '30', '--source', 'b')).toEqual({ code: 0, processed: 0 });
    expect(await recrawled('--stale', '30')).toEqual({ code: 0, processed: 1 });
    await db.q
      .updateTable('work_items')
      .set({ next_fetch_at: db.engine.now() })
      .where('resource_id', '=', 'test_resource_002')
      .where('source_name', '=', 'a')
      .execute();
    expect(await recrawled('--due')).toEqual({ code: 0, processed: 1 });
  });

  it('upserts the sources of the file, and revises only what changed', async () => {
    const revision = async () => {
      const { db } = site.runtime;
      return (await db.q.selectFrom('sources').select('revision').executeTakeFirstOrThrow())
        .revision;
    };
    await ingest('--config', await configured('sources:\n  - {name: a, type: test}\n'));
    await ingest('--config', await configured('sources:\n  - {name: a, type: test}\n'));
    expect(await revision()).toBe(1);
    await ingest('--config', await configured('sources:\n  - {name: a, type: test, timeout: 5}\n'));
    expect(await revision()).toBe(2);
  });
});

describe('pnpm ingest, called wrongly', () => {
  it.each([
    ['no file', [], /✗ usage: Required option '--config <file>'/],
    [
      'a file that does not exist',
      ['--config', 'none.yaml'],
      /✗ config_file_unreadable: .*none\.yaml/,
    ],
    [
      '--stats and --seed together',
      ['--config', example, '--stats', '--seed'],
      /✗ usage: .*cannot be used with/,
    ],
    [
      'a bound that is no number',
      ['--config', example, '--max-items', 'all'],
      /✗ usage: .*whole number/,
    ],
    [
      '--recrawl and --seed together',
      ['--config', example, '--recrawl', '--seed'],
      /✗ usage: .*cannot be used with/,
    ],
    [
      '--stale without --recrawl',
      ['--config', example, '--seed', '--stale', '3'],
      /✗ usage: --stale narrows a recrawl/,
    ],
    [
      'days that are none',
      ['--config', example, '--recrawl', '--stale', '-1'],
      /✗ usage: .*whole number/,
    ],
    [
      '--source alone',
      ['--config', example, '--source', 'sample'],
      /✗ usage: --source narrows --recrawl/,
    ],
    [
      'a source that the file does not declare',
      ['--config', example, '--recrawl', '--source', 'nobody'],
      /✗ source_unknown: .*declares no source "nobody"\.\n.*Use one of: /,
    ],
    [
      'an unknown option',
      ['--config', example, '--sede'],
      /✗ usage: Unknown option '--sede'.*--seed/,
    ],
  ])('with %s says so and exits with 1', async (_, args, message) => {
    const ended = await ingest(...args);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).toMatch(/\n {2}→ /);
    expect(ended.stdout).toBe('');
    const sources = await site.runtime.db.q.selectFrom('sources').select('name').execute();
    expect(sources).toEqual([]);
  });

  it.each([
    [
      'a port that is none',
      { INGEST_SQLSERVER_PORT: '99999', INGEST_SQLSERVER_PASSWORD: 'hunter2' },
      /db_settings_invalid: INGEST_SQLSERVER_PORT must be a whole number from 1 to 65535/,
    ],
    [
      'no password',
      { DB_BACKEND: 'sqlserver' },
      /db_settings_invalid: INGEST_SQLSERVER_PASSWORD is missing: set it, or MSSQL_SA_PASSWORD/,
    ],
    [
      'a schema name with SQL in it',
      { INGEST_SQLSERVER_SCHEMA: 'x]; drop', INGEST_SQLSERVER_PASSWORD: 'hunter2' },
      /db_settings_invalid: INGEST_SQLSERVER_SCHEMA must be letters, digits and underscores/,
    ],
  ])('with %s in the environment says so before anything is tried', async (_, env, message) => {
    const ended = await site.run('commands/ingest.ts', ['--config', example, '--seed', '--json'], {
      DB_BACKEND: 'sqlserver',
      ...env,
    });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).toMatch(/\n {2}→ Correct INGEST_SQLSERVER_/);
    expect(ended.stderr).not.toMatch(/\n\s+at |hunter2/);
    expect(ended.stdout).toBe('');
  });

  it.each([
    ['a blank at the end of a resource id', 'ids: ["a "]', /has leading or trailing blanks/],
    [
      'a resource id too long for a dedupe key',
      `ids: [${'x'.repeat(900)}]`,
      /The dedupe key has \d+ characters; 850 are possible/,
    ],
  ])('with %s names the line, and leaves the database as it was', async (_, seed, message) => {
    const file = await configured(
      `sources:\n  - {name: right, type: test}\n  - {name: wrong, type: test}\nseeds:\n  - source: right\n  - source: wrong\n    ${seed}\n`,
    );
    const ended = await ingest('--config', file, '--seed');
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/config_invalid: .*line 6: seeds\[1\]: /);
    expect(ended.stderr).toMatch(message);
    const { q } = site.runtime.db;
    expect(await q.selectFrom('sources').select('name').execute()).toEqual([]);
    expect(await q.selectFrom('work_items').select('work_item_id').execute()).toEqual([]);
  });

  it('with a wrong key names it, its line and what is allowed', async () => {
    const ended = await ingest(
      '--config',
      await configured('runner:\n  batch_sise: 3\n'),
      '--seed',
    );
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /config_invalid: .*line 2: runner\.batch_sise: unknown key\. Did you mean "batch_size"\?/,
    );
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  });

  it('with a SQL Server that does not answer exits with 1, its code and the remedy', async () => {
    const ended = await site.run('commands/ingest.ts', ['--config', example, '--seed'], {
      DB_BACKEND: 'sqlserver',
      INGEST_SQLSERVER_HOST: '127.0.0.1',
      INGEST_SQLSERVER_PORT: '1',
      INGEST_SQLSERVER_PASSWORD: 'hunter2-Hunter2',
    });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/db_connection_refused/);
    expect(ended.stderr).not.toContain('hunter2');
  });
});
