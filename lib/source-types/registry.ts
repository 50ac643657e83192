/** The source types there are. A fifth one is a folder beside these and one line here. */
import { AppError } from '#lib/errors/app-error.ts';
import { http } from './http/index.ts';
import { mediawiki } from './mediawiki/index.ts';
import { openalex } from './openalex/index.ts';
import type { SourceType } from './source-type.ts';
import { test } from './test/index.ts';

const sourceTypes: ReadonlyMap<string, SourceType> = new Map<string, SourceType>(
  [mediawiki, openalex, http, test].map((type): [string, SourceType] => [type.id, type]),
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
