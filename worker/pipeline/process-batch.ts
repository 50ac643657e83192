/** Items that are fetched together go their way side by side: they share the source, the fetch and the commit. */
import type { FetchOutcome } from '#lib/source-types/source-type.ts';
import type { ItemResult, LeasedItem, PipelineContext } from './context.ts';
import { fetchTogether } from './fetch.ts';
import { type LoadedSource, loadSource } from './load-source.ts';
import { processItem, type Steps, singly } from './process.ts';

/**
 * How each item left this worker's hands, in the order given. They are concluded together, and so
 * completed in one transaction.
 * @param onAnswered called when the source has been asked: what follows takes only the database
 * @param onLongRead called when reading what it sent takes long: a thread does, and the source may not be asked again
 */
export function processBatch(
  batch: readonly LeasedItem[],
  context: PipelineContext,
  onAnswered: () => void = () => undefined,
  onLongRead?: () => void,
): Promise<ItemResult>[] {
  const { load, fetch } = batch.length === 1 ? singly : together(batch);
  const steps: Steps = {
    load,
    fetch: (leased, source, itsContext) =>
      fetch(leased, source, itsContext, onLongRead).finally(onAnswered),
  };
  return batch.map((leased) => processItem(leased, context, steps));
}

/** The first item that comes loads the source and fetches for all of them. */
function together(batch: readonly LeasedItem[]): Steps {
  let loading: Promise<LoadedSource> | null = null;
  let fetching: Promise<ReadonlyMap<LeasedItem, FetchOutcome | null>> | null = null;
  return {
    load: (leased, context) => {
      loading ??= loadSource(leased, context);
      // A database that was away may be back: the next one asks anew.
      loading.catch(() => {
        loading = null;
      });
      return loading;
    },
    fetch: async (leased, source, context, onLongRead) => {
      fetching ??= fetchTogether(batch, source, context, onLongRead);
      return (await fetching).get(leased) ?? null;
    },
  };
}
