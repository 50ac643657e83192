import { z } from 'zod';
import type { JsonValue } from '#lib/json.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import type { DiscoveredItem, SourceContext } from '../source-type.ts';
import { pageNamespaces } from './request.ts';
import { resultsOf } from './search.ts';
import { wikiItem } from './seeding.ts';
import { categoryNamespace, type MediawikiSettings } from './settings.ts';
import { resourceIdOfTitle } from './title.ts';

const reference = z.looseObject({ ns: z.number(), title: z.string() });
const payloadShape = z.looseObject({
  links: z.array(reference).default([]),
  categories: z.array(reference).default([]),
  members: z.array(reference).default([]),
});

/** Links go behind their page, categories behind its links. */
const linkStep = 10;
const categoryStep = 20;

/**
 * The pages and categories a stored page or category leads to, each once; never itself. A search leads to
 * what it found, a page to its content where that is wanted.
 */
export function mediawikiDiscover(
  item: Pick<WorkItem, 'resourceType' | 'resourceId' | 'priority' | 'depth' | 'metadata'>,
  payload: JsonValue,
  { settings }: SourceContext<MediawikiSettings>,
): DiscoveredItem[] {
  if (item.resourceType === 'search') return resultsOf(item, payload, settings);
  if (item.resourceType === 'content' || item.resourceType === 'revision') return [];
  const rules = settings.discovery;
  const parsed = payloadShape.safeParse(payload);
  if (!rules.enabled || !parsed.success) return [];
  const { links, categories, members } = parsed.data;
  const follow = new Set(pageNamespaces(settings));
  const found = new Map<string, DiscoveredItem>();
  const add = (resourceType: string, title: string, step: number) => {
    const resourceId = resourceIdOfTitle(title);
    if (resourceId === '') return;
    if (resourceType === item.resourceType && resourceId === item.resourceId) return;
    const key = `${resourceType}:${resourceId}`;
    if (!found.has(key)) {
      found.set(key, wikiItem(settings, resourceType, resourceId, item.priority + step));
    }
  };
  if (rules.discover_links) {
    for (const { ns, title } of links) if (follow.has(ns)) add('page', title, linkStep);
  }
  if (item.resourceType === 'category') {
    // A category that only a redirect led to is not opened unless categories are followed.
    if (!rules.discover_categories && item.depth > 0) return [];
    for (const { ns, title } of members) {
      if (ns === categoryNamespace) add('category', title, categoryStep);
      else if (follow.has(ns)) add('page', title, linkStep);
    }
  } else if (rules.discover_categories) {
    for (const { title } of categories) add('category', title, categoryStep);
  }
  if (rules.discover_content && item.resourceType === 'page') {
    found.set('content', {
      ...wikiItem(settings, 'content', item.resourceId, item.priority),
      isHop: false,
    });
  }
  return [...found.values()];
}
