/** `pnpm worker [--config FILE] [--concurrency N] [--once]`: a worker, launched as `pnpm start` launches its own. */
import { spawn } from 'node:child_process';
import { explain } from '#commands/support/program.ts';
import { bundledWorker } from './support/build.ts';
import { allocatorSettings, workerFlags } from './support/launch-settings.ts';

try {
  // Standard output is the worker's own.
  const bundle = await bundledWorker((line) => console.error(line));
  const args = [...workerFlags, bundle, ...process.argv.slice(2)];
  const env = { ...allocatorSettings, ...process.env };
  if (process.execve) {
    // In the place of this process: signals and the terminal are the worker's.
    process.execve(process.execPath, [process.execPath, ...args], env);
  }
  // Windows has no such call; there Ctrl-C reaches both.
  process.on('SIGINT', () => undefined);
  const child = spawn(process.execPath, args, { stdio: 'inherit', env });
  child.once('close', (code) => process.exit(code ?? 1));
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
