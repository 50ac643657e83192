import { compareText } from '#db/compare-text.ts';
import { hashJson } from '#lib/records/payload-hash.ts';
import type { Source } from '#lib/sources/read-sources.ts';

/**
 * Hex SHA-256 of what a run is configured with: the sources it covers with their settings and seeds.
 * Runs of the same hash were asked to do the same; secrets are no part of it.
 */
export const configHashOf = (sources: readonly Source[]): string =>
  hashJson(
    sources
      .toSorted((a, b) => compareText(a.name, b.name))
      .map(({ name, type, settings, seeds }) => ({ name, type, settings, seeds: [...seeds] })),
  );
