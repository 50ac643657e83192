import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startServer } from './container.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'stand-in-docker-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true, force: true });
});

/** A `docker` that writes down how it was called and answers as it is told: a shell's `case` for its first word. */
async function standIn(answers: string): Promise<() => Promise<string[]>> {
  const [calls, program] = [path.join(dir, 'calls'), path.join(dir, 'docker')];
  await writeFile(
    program,
    `#!/bin/sh\necho "$@ (password: $MSSQL_SA_PASSWORD)" >> ${calls}\ncase "$1" in ${answers} esac\n`,
  );
  await chmod(program, 0o755);
  vi.stubEnv('PATH', `${dir}:${process.env['PATH']}`);
  return async () => (await readFile(calls, 'utf8')).trimEnd().split('\n');
}

describe('a server in a container', () => {
  it('has a free name and port, and a password that no list of processes shows', async () => {
    const calls = await standIn('port) echo 127.0.0.1:49153;;');
    const container = await startServer({ version: '2019', collation: 'Turkish_100_CI_AS' });
    const { environment, name } = container;
    expect(environment).toMatchObject({
      INGEST_SQLSERVER_HOST: '127.0.0.1',
      INGEST_SQLSERVER_PORT: '49153',
      INGEST_SQLSERVER_USER: 'sa',
    });
    await container.remove();
    const password = environment['INGEST_SQLSERVER_PASSWORD'] ?? '';
    const [info, run, port, removal] = await calls();
    expect(info).toMatch(/^info /);
    expect(run).toBe(
      `run --detach --name ${name} --publish 127.0.0.1::1433 --env ACCEPT_EULA=Y --env MSSQL_PID=Developer` +
        ' --env MSSQL_SA_PASSWORD --env MSSQL_COLLATION=Turkish_100_CI_AS mcr.microsoft.com/mssql/server:2019-latest' +
        ` (password: ${password})`,
    );
    // The server asks for three kinds of four, and eight characters.
    expect(password).toMatch(/^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)(?=.*-).{20,}$/);
    expect(port).toContain(`port ${name} 1433/tcp`);
    expect(removal).toContain(`rm --force --volumes ${name}`);
  });

  it('that does not start is removed, and Docker is quoted', async () => {
    const calls = await standIn('run) echo "no such image" >&2; exit 125;;');
    await expect(startServer({ version: '2025' })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('no such image'),
    });
    expect((await calls()).at(-1)).toMatch(/^rm --force --volumes holocron-verify-/);
  });

  it('without Docker says what else can be done', async () => {
    await standIn('info) exit 1;;');
    await expect(startServer({ version: '2025' })).rejects.toMatchObject({
      message: 'No server was named and Docker does not answer.',
      remedy: expect.stringContaining('INGEST_SQLSERVER_HOST'),
    });
  });
});
