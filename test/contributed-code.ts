/** What CONTRIBUTING.md adds as an example, as files of the house in outline. */
import { codeOf } from './documented-code.ts';

const blockUnder = (heading: string): string => {
  const found = codeOf('CONTRIBUTING.md').find((one) => one.heading === heading);
  if (!found) throw new Error(`CONTRIBUTING.md shows no code under ${heading}`);
  return found.code;
};

/** The change, which would stand in lib/items/changes. */
export const contributedChange = (): string =>
  blockUnder('Adding a change to items')
    .replaceAll("'./", "'#lib/items/changes/")
    .replaceAll("'../", "'#lib/items/");

/** The filter, which would be an entry of a group. */
export const contributedFilter = (): string => `
import { defineFilter, equal } from '#lib/filters/filter.ts';
import { wholeParameter } from '#lib/paging/parameters.ts';

export const filter = ${blockUnder('Adding a filter').trimEnd().replace(/,$/, ';')}
`;

/** The endpoint, which would be an entry of those of sources. */
export const contributedEndpoint = (): string => `
import { z } from 'zod';
import { type ApiContext, endpoint } from '#lib/api/endpoint.ts';
import { ofSource } from '#lib/api/touched.ts';
import { requireSource } from '#lib/sources/read-sources.ts';

const params = z.strictObject({ source: z.string().min(1).max(100) });
const touches = ({ runtime }: ApiContext, input: { readonly params: z.output<typeof params> }) =>
  ofSource(runtime.db, input.params.source);

export const seeds = ${blockUnder('Adding an endpoint').trimEnd().replace(/,$/, ';')}
`;
