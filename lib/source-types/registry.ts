/** Finds source types by their id; which ones there are stands in `types.ts`. */
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
export const batchSizeOf = (sourceSystem: string, resourceType: string): number =>
  sourceTypes.get(sourceSystem)?.batch?.size(resourceType) ?? 1;

/** The part of a request that one item takes at least. */
export const requestShare = (sourceSystem: string, resourceType: string): number =>
  1 / batchSizeOf(sourceSystem, resourceType);
