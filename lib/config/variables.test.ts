import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { unknownVariables } from './unknown-variables.ts';
import { variableGroups } from './variables.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const listed = variableGroups.flatMap(({ variables }) => variables.map(({ name }) => name));

/** Variables the product reads: its sources name them whole, except those of SQL Server. */
async function variablesInCode(): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const file of glob('{app,lib,db,worker,commands,scripts}/**/*.{ts,tsx}', {
    cwd: root,
  })) {
    if (/\.test\.tsx?$|\/testing\/|^lib\/config\/variables\.ts$/.test(file)) continue;
    const whole =
      /\b(?:INGEST_[A-Z_]*[A-Z]|DB_BACKEND|MSSQL_(?:SA|CONSOLE|WORKER)_PASSWORD|NEXTAUTH_[A-Z]+)\b/g;
    for (const [name] of read(file).matchAll(whole)) names.add(name);
  }
  const sqlServer = read('db/settings/sqlserver-settings.ts');
  for (const [, name] of sqlServer.matchAll(/(?:fromEnv|pick)\(\s*'([A-Z_]+)'/g)) {
    names.add(`INGEST_SQLSERVER_${name}`);
  }
  // Prefixes and examples, not variables.
  for (const name of ['INGEST_SQLSERVER', 'INGEST_SOURCE', 'INGEST_SOURCE_MY_WIKI_API_KEY']) {
    names.delete(name);
  }
  return names;
}

describe('the list of variables', () => {
  it('has every variable of the code, and no other', async () => {
    const inList = new Set(listed);
    expect(inList.delete('INGEST_SOURCE_<NAME>_<SECRET>')).toBe(true);
    // Too common as words to be looked for.
    for (const name of ['PORT', 'HOST']) {
      expect(inList.delete(name)).toBe(true);
      expect(read('scripts/support/address.ts')).toContain(`env['${name}']`);
    }
    // OpenTelemetry's own, read by its exporters.
    const ofOthers = [...inList].filter((name) => name.startsWith('OTEL_'));
    const monitoring = read('docs/monitoring.md');
    for (const name of ofOthers.filter((one) => inList.delete(one)))
      expect(monitoring, name).toContain(name);
    expect([...inList].sort()).toEqual([...(await variablesInCode())].sort());
  });

  it('has each once', () => {
    expect(listed).toEqual([...new Set(listed)]);
  });
});

describe('a variable of the environment', () => {
  it.each([
    ['INGEST_CONCURENCY', 'INGEST_CONCURRENCY'],
    ['INGEST_SQLSERVR_HOST', 'INGEST_SQLSERVER_HOST'],
    ['INGEST_SQLSERVER_HOTS', 'INGEST_SQLSERVER_HOST'],
    ['INGEST_SQLLITE_PATH', 'INGEST_SQLITE_PATH'],
    ['DB_BACKND', 'DB_BACKEND'],
    ['MSSQL_SA_PASWORD', 'MSSQL_SA_PASSWORD'],
    ['INGEST_FOO', null],
  ])('%s is unknown, and %s was meant', (name, near) => {
    expect(unknownVariables({ [name]: 'x' })).toEqual([{ name, near }]);
  });

  it.each([
    'INGEST_SQLSERVER_HOST',
    'INGEST_SOURCE_OPENALEX_API_KEY',
    'DB_HOST',
    'MSSQL_PID',
    'MSSQL_TCP_PORT',
    'PATH',
    // OpenTelemetry has more of them than are listed.
    'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT',
  ])('%s is known, or not ours', (name) => {
    expect(unknownVariables({ [name]: 'x' })).toEqual([]);
  });

  it('that is empty counts as not set', () => {
    expect(unknownVariables({ INGEST_FOO: '' })).toEqual([]);
  });
});

const document = `# Configuration

<!-- Written by lib/config/variables.test.ts: change lib/config/variables.ts, then \`pnpm test:unit lib/config -u\`. -->

Every command, \`pnpm start\`, the workers and the console read the same settings. The first that names a value wins:

1. the options of the command, such as \`--config\` and \`--database\`;
2. the environment;
3. the file \`.env\` of the directory the command is started in;
4. the YAML file that \`--config\` or \`INGEST_CONFIG\` names; [ingest.reference.yaml](../config/ingest.reference.yaml)
   explains every key;
5. the defaults below.

An empty variable counts as not set, but keeps that of \`.env\` from being taken. In \`.env\` a line is
\`NAME=value\`; quotes, comments after \`#\` and lines that end as on Windows are understood, and a value in single
quotes is taken as it is. No \`$NAME\` is replaced. \`docker compose\` reads the same file by rules of its own, and
replaces \`$NAME\` outside single quotes. The image has no \`.env\`: what compose sets is its environment.

A wrong value is refused by name. A variable that begins with \`INGEST_\` and is unknown, or is nearly one of these
names, has no effect: every command and the console warn of it, and name the one that was probably meant.
${variableGroups
  .map(
    ({ title, variables }) => `
## ${title}

| variable | default | meaning |
| --- | --- | --- |
${variables.map((one) => `| \`${one.name}\` | ${one.default} | ${one.meaning} |`).join('\n')}
`,
  )
  .join('')}`;

test('docs/configuration.md says what the list says', async () => {
  await expect(document).toMatchFileSnapshot('../../docs/configuration.md');
});
