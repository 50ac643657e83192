/** The filters there are, for pages on the server; a page hands them on to what runs in the browser. */
import { filterGroups, filterNames } from '#lib/items/list/filters/registry.ts';
import { type ItemFilters, itemListOf } from './item-list.ts';

export const itemFilters: ItemFilters = { names: filterNames, groups: filterGroups };
export const itemList = itemListOf(itemFilters);
