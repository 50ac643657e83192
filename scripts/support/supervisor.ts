/**
 * Keeps the processes of one installation together: they start in order, one that dies is started again with a
 * growing pause, and they end together.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { root } from './root.ts';

export interface ChildPlan {
  /** For people: `console`, `worker`. */
  readonly name: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Exit code 0 means that it has finished and is not missed: a worker that an operator drained. */
  readonly mayLeave: boolean;
}

export interface Supervisor {
  start(plan: ChildPlan): void;
  /** Resolves with the exit code when all processes have ended. */
  readonly ended: Promise<number>;
  /** Asks all processes to stop; at once = without asking. */
  stop(code: number, atOnce?: boolean): void;
}

/** Below the ten seconds a stop may take. */
const killAfterMs = 9_000;
const firstRestartMs = 1_000;
const longestRestartMs = 30_000;
/** A child that lived this long is not in a crash loop. */
const healthyAfterMs = 60_000;

export function createSupervisor(say: (line: string) => void): Supervisor {
  const children = new Map<ChildPlan, ChildProcess>();
  const restarts = new Set<NodeJS.Timeout>();
  const { promise: ended, resolve } = Promise.withResolvers<number>();
  let stopping: number | null = null;
  let killTimer: NodeJS.Timeout | undefined;

  function start(plan: ChildPlan, deaths = 0): void {
    // In a process group of its own: Ctrl-C reaches this process alone, which then asks the child.
    // The channel tells the child when this process is gone, however it ended.
    const child = spawn(process.execPath, plan.args, {
      cwd: root,
      env: plan.env,
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const startedAt = performance.now();
    children.set(plan, child);
    child.once('error', (error) => say(`The ${plan.name} could not be started: ${error.message}`));
    child.once('close', (code, signal) => {
      children.delete(plan);
      if (stopping !== null) return settle();
      const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
      if (plan.mayLeave && code === 0) {
        return say(`The ${plan.name} has finished and left, as it was asked to.`);
      }
      const row = performance.now() - startedAt > healthyAfterMs ? 0 : deaths;
      const delayMs = Math.min(longestRestartMs, firstRestartMs * 2 ** row);
      say(`The ${plan.name} ${how}; it is started again in ${delayMs / 1000} s.`);
      const timer = setTimeout(() => {
        restarts.delete(timer);
        start(plan, row + 1);
      }, delayMs);
      restarts.add(timer);
    });
  }

  function stop(code: number, atOnce = false): void {
    if (stopping === null || atOnce) stopping = code;
    for (const timer of restarts) clearTimeout(timer);
    restarts.clear();
    for (const child of children.values()) child.kill(atOnce ? 'SIGKILL' : 'SIGTERM');
    killTimer ??= setTimeout(() => stop(stopping ?? code, true), killAfterMs);
    settle();
  }

  function settle(): void {
    if (children.size > 0 || stopping === null) return;
    clearTimeout(killTimer);
    resolve(stopping);
  }

  return { start: (plan) => start(plan), ended, stop };
}

/** One Ctrl-C can arrive twice: from the terminal and from a package manager that passes it on. */
const sameSignalMs = 500;

/** The first signal stops in order, a second one at once. */
export function stopSupervisorOnSignals(supervisor: Supervisor, say: (line: string) => void): void {
  let firstAt: number | null = null;
  const onSignal = () => {
    if (firstAt === null) {
      firstAt = performance.now();
      say('Stopping: what is in flight is finished or released (Ctrl-C again stops at once).');
      supervisor.stop(0);
    } else if (performance.now() - firstAt > sameSignalMs) {
      supervisor.stop(130, true);
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}
