/** How many requests items take at least, before any of them is sent. */
import { listSourceTypes } from '#lib/source-types/registry.ts';

/** The part of a request that one item takes: types may fetch many items with one. */
export function requestShare(sourceSystem: string, resourceType: string): number {
  const type = listSourceTypes().find(({ id }) => id === sourceSystem);
  return 1 / (type?.batch?.size(resourceType) ?? 1);
}
