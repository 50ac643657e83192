/** Items that are fetched together go their way side by side: they share the source, the fetch and the commit. */
import type { FetchOutcome } from '#lib/source-types/source-type.ts';
import type { ItemResult, LeasedItem, PipelineContext } from './context.ts';
import { fetchTogether } from './fetch.ts';
import { type LoadedSource, loadSource } from './load-source.ts';
import { longReadMs } from './polite-http.ts';
import { processItem, type Steps, singly } from './process.ts';

/**
 * How each item left this worker's hands, in the order given. They are concluded together, and so
 * completed in one transaction.
 * @param onRead called when the source has been asked and what it sent was read: what follows takes only the database
 * @param onLongRead called when reading what it sent takes long: a thread does, and the source may not be asked again
 */
export function processBatch(
  batch: readonly LeasedItem[],
  context: PipelineContext,
  onRead: () => void = () => undefined,
  onLongRead?: () => void,
): Promise<ItemResult>[] {
  const { load, fetch } = batch.length === 1 ? singly : together(batch);
  const unread = new Set(batch);
  /** Runs from the end of the fetch until everything is read. */
  let reading: NodeJS.Timeout | undefined;
  const endReading = (leased: LeasedItem) => {
    if (!unread.delete(leased) || unread.size > 0) return;
    clearTimeout(reading);
    onRead();
  };
  const steps: Steps = {
    load,
    fetch: (leased, source, itsContext) =>
      fetch(leased, source, itsContext, onLongRead).finally(() => {
        if (onLongRead && unread.size > 0) reading ??= setTimeout(onLongRead, longReadMs);
      }),
    onRead: endReading,
  };
  return batch.map((leased) =>
    processItem(leased, context, steps).finally(() => endReading(leased)),
  );
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
