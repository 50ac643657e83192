/**
 * `pnpm start`: the whole product with one command. Takes the port, migrates, builds if the build is
 * stale, then serves the console with one worker beside it until Ctrl-C.
 */
import { explain } from '#commands/support/program.ts';
import { buildIfStale, serverFile } from './support/build.ts';
import { allocatorSettings, consoleFlags, workerFlags } from './support/launch-settings.ts';
import { addressFrom, reservePort } from './support/port.ts';
import { childEnvironment, greeting, prepareInstallation } from './support/prepare.ts';
import { answers } from './support/ready.ts';
import { createSupervisor, stopSupervisorOnSignals } from './support/supervisor.ts';
import { bundledWorker } from './support/worker-bundle.ts';

const say = (line: string) => console.log(line);

async function main(): Promise<number> {
  const address = addressFrom(process.env);
  const port = await reservePort(address);
  const prepared = await prepareInstallation();
  await buildIfStale(say);
  const worker = await bundledWorker(say);

  const env = {
    ...allocatorSettings,
    ...childEnvironment(prepared.config, address),
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
    restart: false,
  });
  if (await answers(address, 60_000, () => over)) {
    supervisor.start({
      name: 'worker',
      args: [...workerFlags, worker],
      env,
      restart: true,
    });
    say(greeting(prepared, address));
  } else if (!over) {
    say('The console did not answer within a minute; everything is stopped.');
    supervisor.stop(1);
  }
  return supervisor.ended;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
// The port may still be held when the preparation failed.
process.exit();
