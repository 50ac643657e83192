/** A real worker process, as an operator starts one, and the ways it can end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { programOf } from '#test/worker/program.ts';

export interface WorkerProcess {
  readonly pid: number;
  readonly running: boolean;
  /** Halts it where it stands (SIGSTOP), so that what it holds can be looked at in peace. */
  halt(): void;
  /** Goes on after `halt`. */
  resume(): void;
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  end(): Promise<number | null>;
}

/** Its log goes to `logFile`. */
export function startWorker(env: Readonly<Record<string, string>>, logFile: string): WorkerProcess {
  const root = join(import.meta.dirname, '..', '..');
  const program = programOf('commands/worker.ts');
  const child: ChildProcess = spawn(process.execPath, [program.file], {
    cwd: root,
    env: { NODE_ENV: 'production', PATH: process.env['PATH'], ...program.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('The worker could not be started.');
  const log = createWriteStream(logFile);
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  const gone = once(child, 'exit').then(async ([code]) => {
    log.end();
    await finished(log);
    return typeof code === 'number' ? code : null;
  });
  return {
    pid,
    get running() {
      return child.exitCode === null && child.signalCode === null;
    },
    halt: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    end() {
      child.kill('SIGTERM');
      return gone;
    },
  };
}
