import { z } from 'zod';
import type { JsonValue } from '#lib/json.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import type { DiscoveredItem, SourceContext } from '../source-type.ts';
import { workIdOf } from './identifiers.ts';
import { workMatches, workShape } from './matching.ts';
import { searchItem, workItem } from './seeding.ts';
import type { OpenalexSettings } from './settings.ts';

const searchShape = z.looseObject({
  meta: z.looseObject({ next_cursor: z.string().nullish() }),
  results: z.array(z.looseObject({ id: z.string() })),
});

const searchMetadata = z.looseObject({
  search: z.string().nullable(),
  filter: z.string().nullable(),
  per_page: z.number(),
  max_pages: z.number(),
  page: z.number(),
});

/** References go behind their work. */
const referenceStep = 10;

type ItemView = Pick<WorkItem, 'resourceType' | 'resourceId' | 'priority' | 'metadata'>;

export function openalexDiscover(
  item: ItemView,
  payload: JsonValue,
  { settings }: SourceContext<OpenalexSettings>,
): DiscoveredItem[] {
  return item.resourceType === 'search'
    ? resultsOf(item, payload, settings)
    : referencesOf(item, payload, settings);
}

/** The works of one page of results, and the next page. Neither is a link hop: the seed asked for them. */
function resultsOf(
  item: ItemView,
  payload: JsonValue,
  settings: OpenalexSettings,
): DiscoveredItem[] {
  const page = searchShape.safeParse(payload);
  if (!page.success) return [];
  const ids = new Set(page.data.results.flatMap(({ id }) => workIdOf(id) ?? []));
  const found: DiscoveredItem[] = [...ids].map((id) => ({
    ...workItem(settings, id, item.priority + referenceStep),
    isHop: false,
  }));
  const known = searchMetadata.safeParse(item.metadata);
  const cursor = page.data.meta.next_cursor;
  if (!known.success || !cursor || page.data.results.length === 0) return found;
  const { search, filter, per_page: perPage, max_pages: maxPages, page: number } = known.data;
  if (maxPages > 0 && number >= maxPages) return found;
  const next = { page: number + 1, cursor };
  return [
    ...found,
    searchItem(settings, { search, filter, perPage, maxPages }, next, item.priority),
  ];
}

function referencesOf(
  item: ItemView,
  payload: JsonValue,
  settings: OpenalexSettings,
): DiscoveredItem[] {
  const rules = settings.discovery;
  const work = workShape.safeParse(payload);
  if (!rules.enabled || !work.success || !workMatches(work.data, settings.entity_matching))
    return [];
  const addresses = [
    ...(rules.discover_references ? (work.data.referenced_works ?? []) : []),
    ...(rules.discover_related ? (work.data.related_works ?? []) : []),
  ];
  const ids = new Set(addresses.flatMap((address) => workIdOf(address) ?? []));
  ids.delete(item.resourceId);
  return [...ids].map((id) => workItem(settings, id, item.priority + referenceStep));
}
