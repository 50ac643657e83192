/**
 * Programs that must not outlive this one. Each runs in a process group of its own, so that a signal to
 * this process alone, as a CI runner sends it, reaches it and all that it started in turn.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Those that are asked to end and do not are killed after this, ms. */
const killAfterMs = 5_000;
const ending = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const running = new Set<ChildProcess>();

export function spawnGroup(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  const child = spawn(command, args, { ...options, detached: true });
  if (running.size === 0) listen(true);
  running.add(child);
  const forget = () => {
    running.delete(child);
    // Without children a signal ends this process as any other.
    if (running.size === 0) listen(false);
  };
  child.once('error', forget);
  child.once('exit', forget);
  return child;
}

function listen(on: boolean): void {
  for (const name of ending) {
    if (on) process.on(name, end);
    else process.off(name, end);
  }
  if (on) process.on('exit', kill);
  else process.off('exit', kill);
}

function end(name: NodeJS.Signals): void {
  // As a shell reports it.
  process.exitCode = 128 + constants.signals[name];
  const children = [...running];
  for (const child of children) signalGroup(child, name);
  const timer = setTimeout(kill, killAfterMs);
  void Promise.all(children.map((child) => new Promise((gone) => child.once('exit', gone)))).then(
    () => {
      clearTimeout(timer);
      // What a child left behind in its group.
      for (const child of children) signalGroup(child, 'SIGKILL');
      process.exit();
    },
  );
}

function kill(): void {
  for (const child of running) signalGroup(child, 'SIGKILL');
}

function signalGroup({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // The group is gone.
  }
}
