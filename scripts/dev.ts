/** `pnpm dev`: the console with hot reload, and a worker that restarts when its sources change. */
import { explain } from '#commands/support/program.ts';
import { addressFrom, reservePort } from './support/port.ts';
import { childEnvironment, greeting, prepareInstallation } from './support/prepare.ts';
import { inRoot } from './support/root.ts';
import { createSupervisor, stopSupervisorOnSignals } from './support/supervisor.ts';

const say = (line: string) => console.log(line);

async function main(): Promise<number> {
  const address = addressFrom(process.env);
  const port = await reservePort(address);
  const prepared = await prepareInstallation();
  await port.release();

  const env = childEnvironment(prepared.config, address);
  const supervisor = createSupervisor(say);
  stopSupervisorOnSignals(supervisor, say);
  const next = inRoot('node_modules/next/dist/bin/next');
  const where = ['-p', String(address.port), '-H', address.host];
  const withParent = import.meta.resolve('./support/exit-with-parent.ts');
  supervisor.start({
    name: 'console',
    args: ['--import', withParent, next, 'dev', ...where],
    env,
    restart: false,
  });
  supervisor.start({
    name: 'worker',
    args: ['--watch', inRoot('commands/worker.ts')],
    env,
    restart: true,
  });
  say(greeting(prepared, address));
  return supervisor.ended;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
process.exit();
