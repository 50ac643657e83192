/** Worker processes that share a database, as a deployment has them. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { allocatorSettings, workerFlags } from '../../scripts/support/launch-settings.ts';
import { watchPeakMemory } from '../harness/peak-memory.ts';

export interface CycleFleet {
  /** Has each of them carry its share of so many items. */
  run(items: number): Promise<void>;
  /** The most memory that one of them has held, MB (10⁶ bytes). */
  peakMegabytes(): number;
  stop(): Promise<void>;
}

export interface Fleet {
  readonly size: number;
  /** What each of them runs: says when it is ready, takes a number of items, says when they are done. */
  readonly program: string;
  /** Names the database. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Carries items through the public store. */
export const storeProgram = fileURLToPath(import.meta.resolve('./cycle-process.ts'));

export async function startFleet({ size, program, environment }: Fleet): Promise<CycleFleet> {
  const members = await Promise.all(
    Array.from({ length: size }, () => startMember(program, environment)),
  );
  return {
    async run(items) {
      const done = members.map(({ child }) => nextMessage(child));
      for (const [index, { child }] of members.entries()) {
        child.send(Math.floor((items + index) / size));
      }
      await Promise.all(done);
    },
    peakMegabytes: () => Math.max(...members.map(({ peak }) => peak())),
    async stop() {
      for (const { child } of members) {
        // One that has ended by itself was told of by `run`.
        if (!child.connected) continue;
        const gone = once(child, 'exit');
        child.disconnect();
        await gone;
      }
    },
  };
}

async function startMember(program: string, environment: Fleet['environment']) {
  const child = fork(program, [], {
    env: { ...allocatorSettings, ...process.env, ...environment },
    execArgv: [...workerFlags],
  });
  const peak = watchPeakMemory(child);
  await nextMessage(child);
  return { child, peak };
}

/** @throws Error when the process ends instead. */
async function nextMessage(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const exit = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`A worker process ended with code ${code}.`);
  });
  // When the message comes first, nobody waits for the exit any more.
  exit.catch(() => undefined);
  try {
    const [message] = await Promise.race([once(child, 'message', { signal: ended.signal }), exit]);
    return message;
  } finally {
    ended.abort();
  }
}
