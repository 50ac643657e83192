/** Work that runs in a thread, defined beside what it does: the thread's program loads the same modules. */
import { ThreadPool } from './thread-pool.ts';

type Work = (input: never) => unknown;

const tasks = new Map<string, Work>();
let pool: ThreadPool | null = null;

/**
 * Defines a task and returns how it is run in a thread. Input and output are cloned, so they are data; the module
 * must be among those that `lib/heavy-thread.ts` loads.
 * @throws (the returned function) AppError `reading_overran`; what the work throws
 */
export function defineHeavy<I, O>(name: string, work: (input: I) => O | Promise<O>) {
  tasks.set(name, work);
  return async (input: I): Promise<O> => {
    pool ??= new ThreadPool();
    // It was made by the work defined under this name.
    return (await pool.run(name, input)) as O;
  };
}

/** For the thread's program. */
export const heavyTask = (name: string): ((input: unknown) => unknown) | undefined =>
  // The pool sends a task the input its definition takes.
  tasks.get(name) as ((input: unknown) => unknown) | undefined;
