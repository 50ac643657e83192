/**
 * `pnpm verify:sqlserver`: does everything work on this SQL Server? Five steps: start it (the compose
 * service, or the server the environment names), wait, migrate, smoke test, tests. Exit 0 or 1.
 */
import { randomBytes } from 'node:crypto';
import { execa } from 'execa';
import { z } from 'zod';
import {
  configOption,
  defineCommand,
  explain,
  runProgram,
  type SettingsFlags,
  wholeNumber,
} from '#commands/support/program.ts';
import { migrate } from '#db/migrate/migrate.ts';
import type { SqlServerSettings } from '#db/settings/model.ts';
import { describeUnknown, unknownVariables } from '#lib/config/variables.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { loadSettings } from '#lib/load-config.ts';
import { smokeTest } from '#lib/smoke/smoke-test.ts';
import { environmentOf } from '#test/db/environment-of.ts';
import { dropTestSchema, withOwnSchema } from '#test/db/sqlserver-schema.ts';
import { inRoot, root } from './support/root.ts';
import { shell } from './support/stages.ts';

interface Flags extends SettingsFlags {
  /** Seconds. */
  readonly waitTimeout: number;
}

const say = (line: string) => console.log(line);
const service = 'sql2025';

const steps: readonly (readonly [title: string, run: (flags: Flags) => Promise<void>])[] = [
  ['Starting SQL Server container...', start],
  ['Waiting for SQL Server to be ready...', waitForServer],
  ['Initializing database schema...', initialise],
  ['Running smoke test...', smoke],
  ['Running integration and E2E tests...', tests],
];

/** The settings are read again by each step: the first may complete them. */
function serverSettings(flags: Flags): SqlServerSettings {
  const { database } = loadSettings({
    env: { ...process.env, DB_BACKEND: 'sqlserver' },
    flags: { config: flags.config },
  });
  if (database.engine !== 'sqlserver') throw new Error('unreachable: the backend was given');
  return database;
}

async function start(flags: Flags): Promise<void> {
  for (const unknown of unknownVariables(process.env)) say(`! ${describeUnknown(unknown)}`);
  const named = namedServer(flags);
  if (named === null) {
    await startContainer();
    process.env['INGEST_SQLSERVER_HOST'] = 'localhost';
    return;
  }
  say(`✓ Not needed: using the server of ${named}`);
  // The tests read the environment alone, and there the string would win over the rest.
  if (!process.env['INGEST_SQLSERVER_STATE_CONN_STR'])
    Object.assign(process.env, environmentOf(serverSettings(flags)));
}

/** What names a server: a variable or the YAML file; null when nothing does. */
function namedServer(flags: Flags): string | null {
  const variable = ['INGEST_SQLSERVER_HOST', 'INGEST_SQLSERVER_STATE_CONN_STR'].find(
    (name) => process.env[name],
  );
  if (variable) return variable;
  // Without DB_BACKEND and the password, SQL Server is chosen only where the file says so.
  const { DB_BACKEND: _, MSSQL_SA_PASSWORD: password, ...env } = process.env;
  const file = flags.config ?? env['INGEST_CONFIG'];
  if (!file) return null;
  const { engine } = loadSettings({
    env: { ...env, INGEST_SQLSERVER_PASSWORD: env['INGEST_SQLSERVER_PASSWORD'] || password },
    flags: { config: file },
  }).database;
  return engine === 'sqlserver' ? file : null;
}

/**
 * Starts the service of docker-compose.yml, which then needs half a minute until it answers. Throws AppError when
 * Docker does not answer, there is no password, or the service does not start.
 */
async function startContainer(): Promise<void> {
  const ways = 'or name a server of your own with INGEST_SQLSERVER_HOST, _USER and _PASSWORD.';
  const docker = await runDocker(['info'], 15_000);
  if (docker.failed) {
    throw new AppError('config_invalid', 'No server was named and Docker does not answer.', {
      remedy: `Start Docker, ${ways}`,
    });
  }
  if (!process.env['MSSQL_SA_PASSWORD']) {
    throw new AppError('config_invalid', 'MSSQL_SA_PASSWORD is not set.', {
      remedy: `Set it to a strong password (8 characters or more of three kinds), ${ways}`,
    });
  }
  const { failed, stderr } = await runDocker(['compose', 'up', '-d', service], 600_000, {
    // The file is read as a whole; of the logins that these are of, none is made here.
    MSSQL_CONSOLE_PASSWORD: process.env['MSSQL_CONSOLE_PASSWORD'] || 'unused',
    MSSQL_WORKER_PASSWORD: process.env['MSSQL_WORKER_PASSWORD'] || 'unused',
  });
  if (failed) {
    throw new AppError(
      'config_invalid',
      `The service ${service} did not start.\n${stderr.trim()}`,
      {
        remedy: `See what docker compose says above, ${ways}`,
      },
    );
  }
  say(`✓ The service ${service} is up`);
}

/** Output of Docker on failure is for the person at the terminal; it holds no secret of ours. */
function runDocker(args: readonly string[], timeout: number, env: Record<string, string> = {}) {
  return execa('docker', args, { cwd: root, stdin: 'ignore', reject: false, timeout, env });
}

async function waitForServer(flags: Flags): Promise<void> {
  // A dry run waits, signs in and changes nothing.
  await migrate(serverSettings(flags), { dryRun: true, waitTimeoutMs: flags.waitTimeout * 1000 });
  say('✓ SQL Server is ready');
}

async function initialise(flags: Flags): Promise<void> {
  const { applied, alreadyApplied } = await migrate(serverSettings(flags), { log: say });
  say(
    `✓ All migrations completed successfully (${applied.length} now, ${alreadyApplied.length} before)`,
  );
}

async function smoke(flags: Flags): Promise<void> {
  const failure = await smokeTest(serverSettings(flags), say);
  if (failure) throw new VerificationFailed('The smoke test failed.');
}

/** Those of the tests that use the server; `pnpm test` runs the others. */
async function tests(flags: Flags): Promise<void> {
  const failed: string[] = [];
  const stages = [
    { project: 'contract', options: '' },
    // One of these changes rights on the whole server while another one counts the victims of deadlocks.
    { project: 'integration', options: 'db --no-file-parallelism' },
  ];
  for (const { project, options } of stages) {
    const code = await shell(`vitest run --reporter=verbose --project ${project} ${options}`);
    if (code !== 0) failed.push(project);
  }
  await ingestTwice(serverSettings(flags));
  if (failed.length > 0) throw new VerificationFailed(`Tests failed: ${failed.join(', ')}.`);
}

const resultSchema = z.object({ items_succeeded: z.number(), items_failed: z.number() });

/**
 * The pipeline from end to end, in a schema of its own that is dropped afterwards: of the example's five items all
 * succeed once, and nothing is fetched again.
 */
async function ingestTwice(server: SqlServerSettings): Promise<void> {
  const settings = withOwnSchema(server);
  try {
    await migrate(settings);
    const first = await ingest(settings.schema);
    expectCounts('the pipeline processes the work items', first, 5);
    const second = await ingest(settings.schema);
    expectCounts('a second run fetches nothing again', second, 0);
  } finally {
    await dropTestSchema(settings);
  }
}

type Result = z.infer<typeof resultSchema>;

function expectCounts(what: string, result: Result, expected: number) {
  const { items_succeeded: succeeded, items_failed: failed } = result;
  const passed = succeeded === expected && failed === 0;
  say(`end to end: ${what} ${passed ? 'PASSED' : 'FAILED'}`);
  if (passed) return;
  throw new Error(`Expected ${expected} succeeded and 0 failed, got ${succeeded} and ${failed}.`);
}

async function ingest(schema: string): Promise<Result> {
  const config = inRoot('config/ingest.example.yaml');
  const args = ['commands/ingest.ts', '--config', config, '--seed', '--max-items', '10', '--json'];
  const { stdout } = await execa(process.execPath, args, {
    cwd: root,
    stdin: 'ignore',
    stderr: 'inherit',
    timeout: 120_000,
    env: {
      DB_BACKEND: 'sqlserver',
      INGEST_SQLSERVER_SCHEMA: schema,
      // A key of its own, so that no key file is made for a schema that goes away.
      INGEST_SECRET_KEY: randomBytes(32).toString('base64'),
    },
  });
  return resultSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

/** Something did not work, and it has been printed what. */
class VerificationFailed extends Error {
  override readonly name = 'VerificationFailed';
}

const width = 60;

/** A line of text in the double-ruled box of the specification. */
function box(text: string): string {
  return [`╔${'═'.repeat(width)}╗`, `║${text.padEnd(width)}║`, `╚${'═'.repeat(width)}╝`].join('\n');
}

async function verify(flags: Flags): Promise<void> {
  say(box('       SQL Server Integration Verification'));
  say('');
  try {
    for (const [index, [title, run]] of steps.entries()) {
      say(`Step ${index + 1}/${steps.length}: ${title}`);
      await run(flags);
    }
    say('');
    say(box('       ✓ All verifications passed!'));
  } catch (error) {
    say(error instanceof VerificationFailed ? `✗ ${error.message}` : explain(error));
    say('');
    say(box('       ✗ Verification failed'));
    process.exitCode = 1;
  }
}

const program = defineCommand({
  name: 'verify:sqlserver',
  description: 'Verifies this version on SQL Server: schema, smoke test, tests.',
  reads: 'the settings of SQL Server; without a server it starts that of docker-compose.yml',
  changes: 'migrates the database; the tests make schemas of their own and drop them',
  examples: [
    ['', 'on the configured server'],
    ['--wait-timeout 300', 'waits five minutes for a server that is starting'],
  ],
})
  .addOption(configOption())
  .option('--wait-timeout <seconds>', 'how long to wait for the server', wholeNumber(1, 3600), 120)
  .action(verify);

await runProgram(program);
