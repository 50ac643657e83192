/**
 * `pnpm verify:sqlserver`: does everything work on this SQL Server? Five steps: start it (the compose
 * service, or the server the environment names), wait, migrate, smoke test, tests. Exit 0 or 1.
 */
import { Command } from 'commander';
import { explain, wholeNumber } from '#commands/support/program.ts';
import { migrate } from '#db/migrate/migrate.ts';
import type { SqlServerSettings } from '#db/settings/model.ts';
import { resolveDatabaseSettings } from '#db/settings/settings.ts';
import { smokeTest } from '#lib/smoke/smoke-test.ts';
import { box } from './support/box.ts';
import { startContainer } from './support/compose.ts';
import { ingestTwice } from './support/ingest-twice.ts';
import { shell } from './support/stages.ts';

const say = (line: string) => console.log(line);

const { waitTimeout } = new Command('verify:sqlserver')
  .description('Verifies this version on SQL Server: schema, smoke test, tests.')
  .option('--wait-timeout <seconds>', 'how long to wait for the server', wholeNumber(1, 3600), 120)
  .parse()
  .opts<{ readonly waitTimeout: number }>();

const steps: readonly (readonly [title: string, run: () => Promise<void>])[] = [
  ['Starting SQL Server container...', start],
  ['Waiting for SQL Server to be ready...', waitForServer],
  ['Initializing database schema...', initialise],
  ['Running smoke test...', smoke],
  ['Running integration and E2E tests...', tests],
];

/** The settings are read again by each step: the first may complete them. */
function serverSettings(): SqlServerSettings {
  const settings = resolveDatabaseSettings({ ...process.env, DB_BACKEND: 'sqlserver' });
  if (settings.engine !== 'sqlserver') throw new Error('unreachable: the backend was given');
  return settings;
}

async function start(): Promise<void> {
  const given = ['INGEST_SQLSERVER_HOST', 'INGEST_SQLSERVER_STATE_CONN_STR'].find(
    (name) => process.env[name],
  );
  if (given) return say(`✓ Not needed: using the server of ${given}`);
  await startContainer(say);
  // What the tests look for before they use a server.
  process.env['INGEST_SQLSERVER_HOST'] = 'localhost';
}

async function waitForServer(): Promise<void> {
  // A dry run waits, signs in and changes nothing.
  await migrate(serverSettings(), { dryRun: true, waitTimeoutMs: waitTimeout * 1000 });
  say('✓ SQL Server is ready');
}

async function initialise(): Promise<void> {
  const { applied, alreadyApplied } = await migrate(serverSettings(), { log: say });
  say(
    `✓ All migrations completed successfully (${applied.length} now, ${alreadyApplied.length} before)`,
  );
}

async function smoke(): Promise<void> {
  const failure = await smokeTest(serverSettings(), say);
  if (failure) throw new VerificationFailed('The smoke test failed.');
}

/** Those of the tests that use the server; `pnpm test` runs the others. */
async function tests(): Promise<void> {
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
  await ingestTwice(serverSettings(), say);
  if (failed.length > 0) throw new VerificationFailed(`Tests failed: ${failed.join(', ')}.`);
}

/** Something did not work, and it has been printed what. */
class VerificationFailed extends Error {
  override readonly name = 'VerificationFailed';
}

say(box('       SQL Server Integration Verification'));
say('');
try {
  for (const [index, [title, run]] of steps.entries()) {
    say(`Step ${index + 1}/${steps.length}: ${title}`);
    await run();
  }
  say('');
  say(box('       ✓ All verifications passed!'));
} catch (error) {
  say(error instanceof VerificationFailed ? `✗ ${error.message}` : explain(error));
  say('');
  say(box('       ✗ Verification failed'));
  process.exitCode = 1;
}
