/** `pnpm dev`: the console with hot reload, and a worker that restarts when its sources change. */
import { prepareInstallation } from '#commands/support/prepare-installation.ts';
import {
  configOption,
  defineCommand,
  runProgram,
  type SettingsFlags,
} from '#commands/support/program.ts';
import { addressFrom, reservePort } from './support/address.ts';
import { inRoot } from './support/root.ts';
import { childEnvironment, greeting } from './support/serve.ts';
import { createSupervisor, stopSupervisorOnSignals } from './support/supervisor.ts';

const say = (line: string) => console.log(line);

async function main(flags: SettingsFlags): Promise<number> {
  const address = addressFrom(process.env);
  const port = await reservePort(address);
  const prepared = await prepareInstallation(flags);
  for (const note of prepared.config.notes) console.error(`! ${note}`);
  await port.release();

  const env = childEnvironment(prepared.config, address, flags.config);
  const supervisor = createSupervisor(say);
  stopSupervisorOnSignals(supervisor, say);
  const next = inRoot('node_modules/next/dist/bin/next');
  const where = ['-p', String(address.port), '-H', address.host];
  const withParent = import.meta.resolve('./support/exit-with-parent.ts');
  supervisor.start({
    name: 'console',
    args: ['--import', withParent, next, 'dev', ...where],
    env,
    mayLeave: false,
  });
  supervisor.start({
    name: 'worker',
    args: ['--watch', inRoot('commands/worker.ts')],
    env,
    mayLeave: true,
  });
  say(greeting(prepared, address));
  return supervisor.ended;
}

const program = defineCommand({
  name: 'dev',
  description: 'Serves the console with hot reload, and a worker that restarts with its sources.',
  reads: 'PORT, HOST and the settings',
  changes: 'migrates the database, adds the sample source and the first administrator',
  examples: [['', 'the console on http://localhost:3000']],
})
  .addOption(configOption())
  .action(async (flags: SettingsFlags) => {
    process.exitCode = await main(flags);
  });

await runProgram(program);
process.exit();
