import type { NewWorkItem } from '#lib/work-items/model.ts';
import type { DiscoveredItem, SourceContext } from '../source-type.ts';
import { apiUrl, queryOf } from './request.ts';
import type { MediawikiSeed, MediawikiSettings } from './settings.ts';
import { resourceIdOfTitle } from './title.ts';

/** One item per distinct title. */
export function mediawikiSeedItems(
  context: SourceContext<MediawikiSettings>,
  seed: MediawikiSeed,
): NewWorkItem[] {
  const ids = new Set(seed.titles.map(resourceIdOfTitle));
  return [...ids].map((resourceId) => ({
    sourceSystem: 'mediawiki',
    sourceName: context.sourceName,
    ...wikiItem(context.settings, seed.resource_type, resourceId, seed.priority),
  }));
}

/** An item of the wiki, as seeding, discovery and redirects make it. */
export function wikiItem(
  settings: MediawikiSettings,
  resourceType: string,
  resourceId: string,
  priority: number,
): DiscoveredItem {
  return {
    resourceType,
    resourceId,
    requestUri: apiUrl(settings, queryOf(settings, resourceType, [resourceId])),
    requestMethod: 'GET',
    priority,
  };
}
