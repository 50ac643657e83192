import type { NewWorkItem } from '#lib/queue/model.ts';
import type { DiscoveredItem, SourceContext } from '../source-type.ts';
import { fixedResources, idOf } from './resources.ts';
import type { TestSeed, TestSettings } from './settings.ts';

const fixedIds = fixedResources.map((_, index) => idOf(index + 1));

/** The ids of the seed, else the five fixed resources. */
export function testSeedItems(
  { sourceName }: Pick<SourceContext<TestSettings>, 'sourceName'>,
  seed: TestSeed,
): NewWorkItem[] {
  return [...new Set(seed.ids ?? fixedIds)].map((id) => ({
    sourceSystem: 'test',
    sourceName,
    ...testItem(sourceName, id, seed.priority),
  }));
}

export function testItem(sourceName: string, resourceId: string, priority: number): DiscoveredItem {
  return {
    resourceType: 'resource',
    resourceId,
    // Never asked: the test source has no network. The host gives each a pace of its own.
    requestUri: `test://${encodeURIComponent(sourceName)}/${encodeURIComponent(resourceId)}`,
    requestMethod: 'GET',
    priority,
  };
}
