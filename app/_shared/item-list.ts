/**
 * The address of the work-item list as a person meets it: its parameters as texts, what a chip says of
 * them, and the links that change them. Pure; the filters themselves come from their registry, to the
 * browser as data (see `item-filters.ts`).
 */
import type { DescribedFilter, ListWords } from '#lib/filters/filter.ts';
import type { FilterName } from '#lib/items/list/filters/registry.ts';
import type { RawParameters } from '#lib/paging/parameters.ts';
import { listAddress } from './list-address.ts';

/** `find` is what was typed and is not read yet; `view` is the saved view that the list was opened with; `everything` opens none, not even one's own. */
export type ListParameter = FilterName | 'sort' | 'dir' | 'cursor' | 'view' | 'find';
export const everything = 'all';

/** The list's parameters that are given, as text. */
export type ListParameters = Readonly<Partial<Record<ListParameter, string>>>;
export type ListChanges = Readonly<Partial<Record<ListParameter, string | null>>>;

export type ItemFilters = ListWords<FilterName>;

export type ItemList = ReturnType<typeof itemListOf>;

/** The list with these filters. */
export function itemListOf({ names, groups }: ItemFilters) {
  const parameters: readonly ListParameter[] = [...names, 'sort', 'dir', 'cursor', 'view', 'find'];
  const byName = new Map<string, DescribedFilter<FilterName>>(
    groups.flatMap((group) => group.filters).map((filter) => [filter.name, filter]),
  );

  /** The parameters after a change (`null` removes), at the first page of the list. */
  const changed = (current: ListParameters, changes: ListChanges): ListParameters => {
    const after: Partial<Record<ListParameter, string>> = {};
    for (const name of parameters) {
      const value = name in changes || name === 'cursor' ? changes[name] : current[name];
      if (value) after[name] = value;
    }
    // With nothing left the address would mean the view it was opened with, and bring it all back.
    return Object.keys(after).every((name) => name === 'view') ? { view: everything } : after;
  };

  return {
    groups,
    /** Every filter, for clearing them all. */
    names,
    parameters,
    /** The filters in the order of their groups, by name. */
    byName: byName as ReadonlyMap<string, DescribedFilter<FilterName>>,
    changed,
    href(current: ListParameters, changes: ListChanges): string {
      const after = changed(current, changes);
      return listAddress('/work-items', after, { cursor: after.cursor });
    },
    /** The known parameters of an address as texts, for links that keep them. */
    parametersOf(raw: RawParameters): ListParameters {
      const given: Partial<Record<ListParameter, string>> = {};
      for (const name of parameters) {
        const value = raw[name];
        const text = typeof value === 'string' ? value : value?.join(',');
        if (text) given[name] = text;
      }
      return given;
    },
    /** The filter alone: no order, no position, no view. */
    filterOf: (current: ListParameters): Record<string, string> =>
      Object.fromEntries(
        names.flatMap((name) => {
          const value = current[name];
          return value ? [[name, value]] : [];
        }),
      ),
  };
}

/** Filter and order, as a view keeps them. */
export function queryOf(current: ListParameters): string {
  const { view: _view, cursor: _cursor, find: _find, ...kept } = current;
  return new URLSearchParams(kept).toString();
}
