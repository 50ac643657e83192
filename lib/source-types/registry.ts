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
