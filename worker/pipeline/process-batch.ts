/** The way of items that are fetched together: one fetch, then each its own store, discover, complete. */
import type { FetchOutcome } from '#lib/source-types/source-type.ts';
import type { HeldItem, ItemResult, PipelineContext } from './context.ts';
import { fetchTogether } from './fetch.ts';
import { type LoadedSource, loadSource } from './load-source.ts';
import { processItem, type Steps, singly } from './process-item.ts';

/**
 * How each item left this worker's hands, in the order given. Items are concluded one after the other:
 * the slot has been passed on by then, so nobody waits for it, and a database that is away is asked
 * by one of them, not by fifty.
 */
export function processBatch(
  batch: readonly HeldItem[],
  context: PipelineContext,
): Promise<ItemResult>[] {
  const steps = batch.length === 1 ? singly : together(batch);
  let turn: Promise<unknown> = Promise.resolve();
  return batch.map((held) => {
    const result = turn.then(() => processItem(held, context, steps));
    turn = result;
    return result;
  });
}

/** The first item that comes loads the source and fetches for all of them. */
function together(batch: readonly HeldItem[]): Steps {
  let loading: Promise<LoadedSource> | null = null;
  let fetching: Promise<ReadonlyMap<HeldItem, FetchOutcome | null>> | null = null;
  return {
    load: (held, context) => {
      loading ??= loadSource(held.item, context);
      // A database that was away may be back: the next one asks anew.
      loading.catch(() => {
        loading = null;
      });
      return loading;
    },
    fetch: async (held, source, context) => {
      fetching ??= fetchTogether(batch, source, context);
      return (await fetching).get(held) ?? null;
    },
  };
}
