/** The test source: fixed resources without network, for trying the product and for its tests. */
import type { NewWorkItem } from '#lib/queue/model.ts';
import type { SourceType } from '../source-type.ts';
import { fetchTestResource } from './connector.ts';
import { testDiscover } from './discovery.ts';
import { testSeedItems } from './seeding.ts';
import {
  type TestSeed,
  type TestSettings,
  testHints,
  testSeed,
  testSeedHints,
  testSettings,
} from './settings.ts';

/** The five fixed resources as items of the named source. */
export const getSeedWorkItems = (sourceName: string): NewWorkItem[] =>
  testSeedItems({ sourceName }, testSeed.parse({}));

export const test: SourceType<TestSettings, TestSeed> = {
  id: 'test',
  title: 'Test',
  description: 'Made-up resources without any network, to try things out.',
  settingsSchema: testSettings,
  secretFields: {},
  fieldHints: testHints,
  seedSchema: testSeed,
  seedHints: testSeedHints,
  templates: [
    {
      id: 'sample',
      title: 'Sample',
      description: 'Forty made-up resources; a run takes a few seconds and needs no network.',
      name: 'Sample',
      settings: { resources: 40, latency_ms: 150, rate_limit_delay: 0 },
      seeds: [{ resource_type: 'resource', priority: 10 }],
    },
  ],
  secretOrigins: () => [],
  seedItems: testSeedItems,
  fetch: fetchTestResource,
  discover: testDiscover,
  maxDepth: (settings) => (settings.discovery.enabled ? settings.discovery.max_depth : 0),
};
