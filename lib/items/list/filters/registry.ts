/** The filters of the work-item list. A new one is an entry in one of the groups. */
import type { z } from 'zod';
import type { FilterDefinition, FilterWords } from './filter.ts';
import { freshness } from './freshness.ts';
import { resource } from './resource.ts';
import { work } from './work.ts';

/** As addresses have them: what narrows a list most stands first. */
const registered = [...work, ...resource, ...freshness] as const;

type Registered = (typeof registered)[number];
export type FilterName = Registered['name'];
type SchemaOf<N extends FilterName> = Extract<Registered, { name: N }>['schema'];

/** What a list is asked for: by the names of the filters, the values that their schemas read. */
export type FilterValues = {
  readonly [N in FilterName]?: z.output<SchemaOf<N>> | undefined;
};

/** A definition asked with any value: it is given its own, found by its name. */
export type AnyFilter = FilterDefinition<FilterName, unknown>;

export const filters: readonly AnyFilter[] = registered;

export const filterNames: readonly FilterName[] = filters.map(({ name }) => name);

// One entry for each name, as `registered` has them.
export const filterSchemas = Object.fromEntries(
  filters.map(({ name, schema }) => [name, schema]),
) as { readonly [N in FilterName]: SchemaOf<N> };

/** The filters that are asked for, with their values. */
export const givenFilters = (values: FilterValues) =>
  filters.flatMap((filter) => {
    const value = values[filter.name];
    return value === undefined ? [] : [{ filter, value }];
  });

const renamed = new Map(
  filters.flatMap(({ name, aliases = [] }) => aliases.map((alias) => [alias, name] as const)),
);

/** The name that a parameter has now. */
export const currentName = (parameter: string): string => renamed.get(parameter) ?? parameter;

/** A filter in words, without what reads and asks it. */
export interface DescribedFilter extends FilterWords {
  readonly name: FilterName;
}

export interface FilterGroup {
  readonly title: string;
  readonly filters: readonly DescribedFilter[];
}

const describe = ({ name, label, help, kind, options, values, examples, unit }: AnyFilter) => ({
  name,
  label,
  help,
  kind,
  ...(options ? { options } : {}),
  ...(values ? { values } : {}),
  ...(examples ? { examples } : {}),
  ...(unit ? { unit } : {}),
});

const groupOf = (title: string, group: readonly AnyFilter[]): FilterGroup => ({
  title,
  filters: group.map(describe),
});

/** As the filter box offers them: plain data, which a page hands to the browser. */
export const filterGroups: readonly FilterGroup[] = [
  groupOf('Freshness', freshness),
  groupOf('Resource', resource),
  groupOf('Work', work),
];
