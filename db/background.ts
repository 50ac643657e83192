/**
 * Work that nobody waits for: of two transactions that stand in each other's way, it is the one that gives up.
 * Travels with the calling code, however many queries it makes.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

const background = new AsyncLocalStorage<true>();

/** Statements run inside `fn` are the first to be chosen as a deadlock's victim. */
export function inBackground<T>(fn: () => Promise<T>): Promise<T> {
  return background.run(true, fn);
}

export const isInBackground = (): boolean => background.getStore() === true;
