/**
 * `pnpm start`: the whole product with one command. Takes the port, migrates, builds if the build is
 * stale, then serves the console with one worker beside it until Ctrl-C.
 */
import { prepareInstallation } from '#commands/support/prepare-installation.ts';
import {
  configOption,
  defineCommand,
  runProgram,
  type SettingsFlags,
} from '#commands/support/program.ts';
import { addressFrom, answers, reservePort } from './support/address.ts';
import { buildIfStale, bundledWorker, serverFile } from './support/build.ts';
import { allocatorSettings, consoleFlags, workerFlags } from './support/launch-settings.ts';
import { childEnvironment, greeting } from './support/serve.ts';
import { createSupervisor, stopSupervisorOnSignals } from './support/supervisor.ts';

const say = (line: string) => console.log(line);

async function main(flags: SettingsFlags): Promise<number> {
  const address = addressFrom(process.env);
  const port = await reservePort(address);
  const prepared = await prepareInstallation(flags);
  for (const note of prepared.config.notes) console.error(`! ${note}`);
  await buildIfStale(say);
  const worker = await bundledWorker(say);

  const env = {
    ...allocatorSettings,
    ...childEnvironment(prepared.config, address, flags.config),
    NODE_ENV: 'production' as const,
  };
  const supervisor = createSupervisor(say);
  let over = false;
  void supervisor.ended.then(() => {
    over = true;
  });
  stopSupervisorOnSignals(supervisor, say);
  await port.release();
  const withParent = import.meta.resolve('./support/exit-with-parent.ts');
  supervisor.start({
    name: 'console',
    args: [...consoleFlags, '--import', withParent, serverFile],
    env,
    mayLeave: false,
  });
  if (await answers(address, 60_000, () => over)) {
    supervisor.start({
      name: 'worker',
      args: [...workerFlags, worker],
      env,
      mayLeave: true,
    });
    say(greeting(prepared, address));
  } else if (!over) {
    say('The console did not answer within a minute; everything is stopped.');
    supervisor.stop(1);
  }
  return supervisor.ended;
}

export const program = defineCommand({
  name: 'start',
  description: 'Serves the console with one worker until Ctrl-C.',
  reads: 'PORT, HOST and the settings',
  changes:
    'migrates the database, adds the sample source and the first administrator, builds what is stale',
  examples: [
    ['', 'the console on http://localhost:3000'],
    ['--config ingest.yaml', 'with the settings of a file'],
  ],
})
  .addOption(configOption())
  .action(async (flags: SettingsFlags) => {
    process.exitCode = await main(flags);
  });

if (import.meta.main) {
  await runProgram(program);
  // The port may still be held when the preparation failed.
  process.exit();
}
