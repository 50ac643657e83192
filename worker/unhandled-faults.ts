/**
 * Faults that nobody caught: an `error` event without a listener, a rejection without a handler, in a source type or
 * a library under it. The item whose work raised one fails its attempt; the process and its other items go on.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from '#lib/log.ts';

interface Owner {
  readonly itemId: string;
  readonly fail: (fault: unknown) => void;
}

const owners = new AsyncLocalStorage<Owner>();

/** Runs the work of an item; `fail` is called with each fault that comes of it and that nobody catches. */
export const owningFaults = <T>(
  itemId: string,
  fail: (fault: unknown) => void,
  work: () => Promise<T>,
): Promise<T> => owners.run({ itemId, fail }, work);

/** So many faults of no item within a minute, and the process is not to be trusted any further. */
const mostWithoutOwner = 20;
const countedMs = 60_000;

/**
 * From now on such faults do not end the process. `giveUp` is called when those that belong to no item keep
 * coming. Returns the undoing.
 */
export function surviveFaults(log: Logger, giveUp: () => void): () => void {
  let withoutOwner: number[] = [];
  const onFault = (fault: unknown) => {
    const owner = owners.getStore();
    if (owner) {
      log.error({ err: fault, item_id: owner.itemId }, 'a fault nobody caught fails its attempt');
      owner.fail(fault);
      return;
    }
    log.error({ err: fault }, 'a fault nobody caught belongs to no item; the worker goes on');
    const now = performance.now();
    withoutOwner = [...withoutOwner.filter((at) => now - at < countedMs), now];
    if (withoutOwner.length === mostWithoutOwner) giveUp();
  };
  process.on('uncaughtException', onFault);
  process.on('unhandledRejection', onFault);
  return () => {
    process.off('uncaughtException', onFault);
    process.off('unhandledRejection', onFault);
  };
}
