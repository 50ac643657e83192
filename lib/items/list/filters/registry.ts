/** The filters of the work-item list. A new one is an entry in one of the groups. */
import type { FilterDefinition } from '#lib/filters/filter.ts';
import { filterSet, type ValuesOf } from '#lib/filters/filter-set.ts';
import { freshness, freshnessSpans } from './freshness.ts';
import { resource } from './resource.ts';
import { work, workSpans } from './work.ts';

/** As addresses have them: what narrows a list most stands first. */
const registered = [...work, ...resource, ...freshness] as const;

type Registered = (typeof registered)[number];

type Span = (typeof workSpans)[number] | (typeof freshnessSpans)[number];

export const itemFilters = filterSet<Registered, Span>({
  groups: [
    { title: 'Freshness', spans: freshnessSpans, filters: freshness },
    { title: 'Resource', filters: resource },
    { title: 'Work', spans: workSpans, filters: work },
  ],
  order: registered,
  bare: { text: 'q', number: 'http', time: 'updated' },
});

/** Of an address; `AskedName` of what the list is asked. */
export type FilterName = (typeof itemFilters.names)[number];
type AskedName = Registered['name'];

/** What a list is asked for: by the names of the filters, the values that their schemas read. */
export type FilterValues = ValuesOf<Registered>;

/** A definition asked with any value: it is given its own, found by its name. */
export type AnyFilter = FilterDefinition<AskedName, unknown>;

export const filters: readonly AnyFilter[] = registered;

/** The filters that are asked for, with their values. */
export const givenFilters = (values: FilterValues) =>
  filters.flatMap((filter) => {
    const value = values[filter.name];
    return value === undefined ? [] : [{ filter, value }];
  });

/** The name that a parameter has now. */
export const { currentName } = itemFilters;
