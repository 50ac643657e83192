/** The entries of a list by the keys that name them, and the items they are. Pure. */
import { z } from 'zod';
import { hashJson } from '#lib/canonical-json.ts';
import type { JsonObject, WrittenJson } from '#lib/json.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import type { LeaveOut } from '../left-out.ts';
import type { DiscoveredItem } from '../source-type.ts';
import { shortId } from '../web/addresses.ts';
import { mostValues, rowsAt, valuesAt } from '../web/selector.ts';
import { entryType, type HttpSettings } from './settings.ts';

/** How entries are found; null where lists are stored as they come. */
export interface EntryPaths {
  readonly rows: string;
  readonly key: string;
}

export function entryPathsOf({ entries, paging }: HttpSettings): EntryPaths | null {
  const { key, rows } = entries;
  return key === undefined ? null : { key, rows: rows ?? paging.rows ?? '$' };
}

/** Each by its key. Of several with one key the last stands: logs of changes are written downwards. */
export function entriesByKey(
  payload: WrittenJson,
  { rows, key }: EntryPaths,
  leave: LeaveOut = () => undefined,
): Map<string, WrittenJson> {
  const entries = new Map<string, WrittenJson>();
  let unnamed = 0;
  const all = rowsAt(payload, rows);
  for (const row of all.slice(0, mostValues)) {
    const name = cleaned(valuesAt(row, key)[0] ?? '');
    if (name === '' || name.length > longestKey) unnamed += 1;
    else entries.set(name, row);
  }
  leave('entries_unnamed', unnamed);
  leave('entries_beyond', all.length - mostValues);
  return entries;
}

/** It is kept with each item; what is longer is a text and no name. */
const longestKey = 2000;

/** By which it is seen that an entry has changed. */
export const revisionOf = (hash: string): string => hash.slice(0, 32);

/** Of an entry: its key, and which answer listed it last, by resource type and id. */
export const entryMetadata = z.looseObject({
  key: z.string(),
  page_type: z.string(),
  page: z.string(),
});

/** Of a list: what its entries are named by, however it was paged or asked for since when; absent = its own id. */
const listMetadata = z.looseObject({ list: z.string() });

export const listOf = ({ resourceId, metadata }: Pick<WorkItem, 'resourceId' | 'metadata'>) =>
  listMetadata.safeParse(metadata).data?.list ?? resourceId;

type ListItem = Pick<
  WorkItem,
  'resourceType' | 'resourceId' | 'requestUri' | 'priority' | 'metadata'
>;

/** Entries go behind the pages of their list. */
const step = 10;

/** An item of an entry of a list; what it lists now has a revision. */
export function entryItem(item: ListItem, key: string): DiscoveredItem {
  const list = listOf(item);
  const metadata: JsonObject = { key, page_type: item.resourceType, page: item.resourceId };
  return {
    resourceType: entryType,
    resourceId: shortId(
      /^(https?|tag|urn):\S+$/i.test(key) ? key : `${shortId(list, 300)}#${key}`,
      longestId,
    ),
    // What it is read from.
    requestUri: item.requestUri,
    requestMethod: 'GET',
    priority: item.priority + step,
    metadata,
    isHop: false,
  };
}

const longestId = 500;

export function entriesOf(
  item: ListItem,
  payload: WrittenJson,
  settings: HttpSettings,
  leave: LeaveOut,
): DiscoveredItem[] {
  const paths = entryPathsOf(settings);
  if (paths === null) return [];
  return [...entriesByKey(payload, paths, leave)].map(([key, row]) => ({
    ...entryItem(item, key),
    revision: revisionOf(hashJson(row)),
  }));
}

/** As resource ids are: without control characters, and blanks at the ends. */
const cleaned = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ').trim();
