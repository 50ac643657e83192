/** Every command means the same database, however it is named. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execaNode } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '#db/migrate/migrate.ts';
import { resolveDatabaseSettings } from '#db/settings/settings.ts';
import { programOf } from '#test/worker/program.ts';

const places = ['flag', 'environment', 'env-file', 'yaml'] as const;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'settings-'));
  for (const place of places) {
    await migrate(resolveDatabaseSettings({ INGEST_SQLITE_PATH: fileOf(place) }));
  }
  await writeFile(
    path.join(directory, 'ingest.yaml'),
    `state:\n  sqlite: {path: "${fileOf('yaml')}"}\n`,
  );
  // Two directories to start in: one with a .env, one without.
  await mkdir(path.join(directory, 'with'));
  await mkdir(path.join(directory, 'without'));
  await writeFile(
    path.join(directory, 'with', '.env'),
    `# which database\r\nINGEST_SQLITE_PATH="${fileOf('env-file')}"\r\n`,
  );
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const fileOf = (place: (typeof places)[number]) => path.join(directory, `${place}.db`);

const run = (script: string, args: readonly string[], dotenv: boolean, env = {}) => {
  const program = programOf(`commands/${script}`);
  return execaNode(program.file, args, {
    cwd: path.join(directory, dotenv ? 'with' : 'without'),
    extendEnv: false,
    env: {
      PATH: process.env['PATH'] ?? '',
      INGEST_CONFIG: path.join(directory, 'ingest.yaml'),
      INGEST_SECRET_KEY: 'a text that is long enough to be a key',
      INGEST_LAKE_DIR: directory,
      ...program.env,
      ...env,
    },
    reject: false,
    all: true,
  });
};

describe.each([
  ['counters-check.ts', []],
  ['db-init.ts', ['--dry-run']],
  ['db-smoke.ts', []],
  ['first-start.ts', []],
  ['ingest.ts', ['--stats', '--verbose', '--config', '../ingest.yaml']],
  ['lake-check.ts', []],
  ['snapshot.ts', ['export', 'snapshot']],
  ['worker.ts', ['--once']],
])('%s', (script, args) => {
  it('reads the database of the flag over the environment, over .env, over the YAML file', async () => {
    const environment = { INGEST_SQLITE_PATH: fileOf('environment') };
    const called = {
      yaml: await run(script, args, false),
      'env-file': await run(script, targeted(args, 2), true),
      environment: await run(script, targeted(args, 3), true, environment),
      flag: await run(
        script,
        [...targeted(args, 4), '--database', fileOf('flag')],
        true,
        environment,
      ),
    };
    for (const [place, { all, exitCode }] of Object.entries(called)) {
      expect(exitCode, all).toBe(0);
      expect(all).toContain(`${place}.db`);
      for (const other of places.filter((one) => one !== place)) {
        expect(all).not.toContain(`${other}.db`);
      }
    }
  });
});

/** A snapshot is written into a directory of its own. */
function targeted(args: readonly string[], number: number): string[] {
  return args.map((word) => (word === 'snapshot' ? `snapshot-${number}` : word));
}
