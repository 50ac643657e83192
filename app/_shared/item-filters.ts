/** The filters there are, for pages on the server; a page hands them on to what runs in the browser. */
import { itemFilters as registered } from '#lib/items/list/filters/registry.ts';
import { itemListOf } from './item-list.ts';

export const itemFilters = registered.words;
export const itemList = itemListOf(itemFilters);
