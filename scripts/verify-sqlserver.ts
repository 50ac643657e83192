/**
 * `pnpm verify:sqlserver`: does everything work on this SQL Server? Five steps: start it (a container that is thrown
 * away, or the server the environment names), wait, migrate, smoke test, tests; then the plans of the hottest
 * statements, and what the server says of itself. Exit 0 or 1; `--report` writes all of it into one file.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Option } from 'commander';
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
import { describeUnknown, unknownVariables } from '#lib/config/unknown-variables.ts';
import { loadSettings } from '#lib/load-config.ts';
import { smokeTest } from '#lib/smoke/smoke-test.ts';
import { environmentOf } from '#test/db/environment-of.ts';
import { dropTestSchema, withOwnSchema } from '#test/db/sqlserver-schema.ts';
import { inRoot, root } from './support/root.ts';
import { shell } from './support/stages.ts';
import { checkPlans } from './verify/check-plans.ts';
import {
  type ServerContainer,
  type ServerVersion,
  serverLog,
  serverVersions,
  startServer,
} from './verify/container.ts';
import { Report } from './verify/report.ts';

interface Flags extends SettingsFlags {
  /** Seconds. */
  readonly waitTimeout: number;
  readonly image?: ServerVersion;
  readonly collation?: string;
  /** File. */
  readonly report?: string;
  readonly skipTests?: boolean;
}

const say = (line: string) => console.log(line);
const report = new Report(say);
/** The one that was started here. */
let container: ServerContainer | null = null;

const steps: readonly (readonly [title: string, run: (flags: Flags) => Promise<void>])[] = [
  ['Starting SQL Server container...', start],
  ['Waiting for SQL Server to be ready...', waitForServer],
  ['Initializing database schema...', initialise],
  ['Running smoke test...', smoke],
  ['Running integration and E2E tests...', tests],
];

/** Beyond the specification's five. */
const further: typeof steps = [['Reading plans and figures of the server...', plans]];

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
  const named = flags.image || flags.collation ? null : namedServer(flags);
  if (named === null) {
    const { image = '2025', collation } = flags;
    container = await startServer({ version: image, collation });
    // What the environment said of another server is not of this one.
    for (const name of Object.keys(process.env)) {
      if (name.startsWith('INGEST_SQLSERVER_')) delete process.env[name];
    }
    Object.assign(process.env, container.environment, {
      INGEST_SQLSERVER_DATABASE: 'HolocronVerify',
    });
    say(`✓ SQL Server ${image} runs in the container ${container.name}`);
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
  report.add('smoke test', failure ? 'failed' : 'passed');
}

/** Those of the tests that use the server; `pnpm test` runs the others. */
async function tests(flags: Flags): Promise<void> {
  if (flags.skipTests) return report.add('tests', 'left out', '--skip-tests was given');
  for (const { project, options } of [
    { project: 'contract', options: '' },
    // Locks, kills and cuts. One of these changes rights on the whole server while another counts victims of deadlocks.
    { project: 'integration', options: 'db test/faults --no-file-parallelism' },
  ]) {
    const results = path.join(tmpdir(), `verify-${process.pid}-${project}.json`);
    const code = await shell(
      `vitest run --reporter=verbose --reporter=json --outputFile.json=${results} --project ${project} ${options}`,
    );
    tellTests(project, code, results);
    await rm(results, { force: true });
  }
  await ingestTwice(serverSettings(flags));
}

const testsSchema = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

/** How many passed, which failed, and which this server could not run. */
function tellTests(project: string, code: number, results: string): void {
  const { numPassedTests, testResults } = testsSchema.parse(
    JSON.parse(readFileSync(results, 'utf8')),
  );
  const named = (...states: string[]) =>
    testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => states.includes(status))
      .map(({ fullName }) => fullName);
  const [failed, skipped] = [named('failed'), named('skipped', 'pending', 'todo')];
  const what = `${project} tests (${numPassedTests} passed)`;
  report.add(what, code === 0 ? 'passed' : 'failed', failed.join('\n'));
  for (const test of skipped) report.add(`${project} test: ${test}`, 'left out');
}

async function plans(flags: Flags): Promise<void> {
  await checkPlans(serverSettings(flags), report);
  if (container) report.attach('Log of the server', await serverLog(container.name));
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
  report.add(
    `end to end: ${what}`,
    passed ? 'passed' : 'failed',
    passed ? '' : `expected ${expected} succeeded and 0 failed, got ${succeeded} and ${failed}`,
  );
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

const width = 60;

/** A line of text in the double-ruled box of the specification. */
function box(text: string): string {
  return [`╔${'═'.repeat(width)}╗`, `║${text.padEnd(width)}║`, `╚${'═'.repeat(width)}╝`].join('\n');
}

async function verify(flags: Flags): Promise<void> {
  say(box('       SQL Server Integration Verification'));
  say('');
  try {
    for (const [index, [title, run]] of [...steps, ...further].entries()) {
      say(index < steps.length ? `Step ${index + 1}/${steps.length}: ${title}` : title);
      await run(flags);
    }
  } catch (error) {
    say(explain(error));
    report.add('verification', 'failed', explain(error));
  } finally {
    await container?.remove();
  }
  const failed = report.count('failed') > 0;
  if (flags.report) {
    const server = container ? `SQL Server ${flags.image ?? '2025'}` : 'a given server';
    writeFileSync(flags.report, report.toMarkdown(`Verification on ${server}`));
  }
  say('');
  say(report.summary());
  const open = report.count('not answered by this server') + report.count('left out');
  const passed =
    open === 0 ? '✓ All verifications passed!' : '✓ Passed, but for what is left open above';
  say(box(`       ${failed ? '✗ Verification failed' : passed}`));
  if (failed) process.exitCode = 1;
}

const program = defineCommand({
  name: 'verify:sqlserver',
  description: 'Verifies this version on SQL Server: schema, smoke test, tests, plans.',
  reads:
    'the settings of SQL Server; without a server it starts one in a container, and throws it away',
  changes:
    'migrates the database of a given server; tests and plans make schemas and a database of their own and drop them',
  examples: [
    ['', 'on the configured server, else on SQL Server 2025 in a container'],
    ['--image 2019 --collation Turkish_100_CI_AS --report 2019.md', 'writes one file to send back'],
    ['--wait-timeout 300', 'waits five minutes for a server that is starting'],
  ],
})
  .addOption(configOption())
  .addOption(
    new Option('--image <version>', 'SQL Server in a container').choices([...serverVersions]),
  )
  .option('--collation <name>', 'of the server in the container')
  .option('--report <file>', 'writes all results, plans and figures into it, as Markdown')
  .option('--skip-tests', 'leaves out step 5, and says so', false)
  .option('--wait-timeout <seconds>', 'how long to wait for the server', wholeNumber(1, 3600), 120)
  .action(verify);

await runProgram(program);
