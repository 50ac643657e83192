/** Finds source types by their id; which ones there are stands in `types.ts`. */
import type { BatchSize } from '#db/queue/storage.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { SourceType } from './source-type.ts';
import * as types from './types.ts';

const sourceTypes: ReadonlyMap<string, SourceType> = new Map<string, SourceType>(
  Object.values(types).map((type): [string, SourceType] => [type.id, type]),
);

export const listSourceTypes = (): SourceType[] => [...sourceTypes.values()];

/** Throws `source_type_unknown`, naming the types there are. */
export function getSourceType(id: string): SourceType {
  const type = sourceTypes.get(id);
  if (!type) {
    throw new AppError('source_type_unknown', `There is no source type "${id}".`, {
      remedy: `Use one of: ${[...sourceTypes.keys()].join(', ')}.`,
    });
  }
  return type;
}

/** How many items of a kind one request of the type asks for together; 1 where each takes its own. */
export function batchSizeOf(sourceSystem: string, resourceType: string): number {
  const batch = sourceTypes.get(sourceSystem)?.batch;
  return batch === undefined ? 1 : (batch.sizes[resourceType] ?? batch.otherSize);
}

/** The same as a list, from the particular to the general, for claims to go by. */
export const listBatchSizes = (): BatchSize[] =>
  listSourceTypes().flatMap(({ id: system, batch }) =>
    batch === undefined
      ? []
      : [
          ...Object.entries(batch.sizes).map(([type, size]) => ({ system, type, size })),
          { system, size: batch.otherSize },
        ],
  );

/** The part of a request that one item takes at least. */
export const requestShare = (sourceSystem: string, resourceType: string): number =>
  1 / batchSizeOf(sourceSystem, resourceType);
