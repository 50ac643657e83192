/** The bundle runs where nothing but Node and its own files are, as in the container. */
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageFile from '../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '..');

describe('the bundle', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'holocron-bundle-'));
    const dist = join(directory, 'dist');
    await execa(process.execPath, ['scripts/bundle-worker.ts', dist], { cwd: root });
    await mkdir(join(directory, 'empty'));
    await cp(join(root, 'config', 'ingest.example.yaml'), join(directory, 'empty', 'config.yaml'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  /** Runs a bundled program in a directory without sources and without `node_modules` above it. */
  const run = (program: string, ...args: string[]) =>
    execa(process.execPath, [join(directory, 'dist', 'bin', `${program}.mjs`), ...args], {
      cwd: join(directory, 'empty'),
      extendEnv: false,
      env: {
        DB_BACKEND: 'sqlite',
        INGEST_SQLITE_PATH: 'data/holocron.db',
        INGEST_LOG_LEVEL: 'warn',
      },
      reject: false,
    });

  it('has every command of the folder, and nothing else', async () => {
    const files = await readdir(join(root, 'commands'));
    const commands = files.filter((file) => /^[a-z-]+\.ts$/.test(file));
    const bundled = await readdir(join(directory, 'dist', 'bin'));
    expect(
      bundled.filter((file) => file.endsWith('.mjs') && !file.startsWith('chunk-')).sort(),
    ).toEqual(commands.map((file) => file.replace(/\.ts$/, '.mjs')).sort());
    for (const file of commands) {
      const { exitCode, stdout } = await run(file.replace(/\.ts$/, ''), '--version');
      expect([file, exitCode, stdout]).toEqual([file, 0, packageFile.version]);
    }
  });

  it('migrates, prepares the first sign-in once, ingests and ends an idle worker', async () => {
    const migrated = await run('db-init');
    expect(migrated).toMatchObject({ exitCode: 0 });

    expect((await run('first-start')).stdout).toContain('Password');
    expect((await run('first-start')).stdout).not.toContain('Password');

    const ingested = await run(
      'ingest',
      '--config',
      'config.yaml',
      '--seed',
      '--max-items',
      '10',
      '--json',
    );
    expect(JSON.parse(ingested.stdout.split('\n').at(-1) ?? '')).toMatchObject({
      items_succeeded: 5,
    });

    expect(await run('db-smoke')).toMatchObject({ exitCode: 0 });
    expect(await run('worker', '--once')).toMatchObject({ exitCode: 0 });
  });
});
