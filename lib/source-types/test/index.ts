/** The test source: fixed resources without network, for trying the product and for its tests. */

import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { JsonObject, JsonValue } from '#lib/json.ts';
import type { NewWorkItem, WorkItem } from '#lib/queue/model.ts';
import type {
  DiscoveredItem,
  FetchContext,
  FetchFacts,
  FetchOutcome,
  SourceContext,
  SourceType,
} from '../source-type.ts';
import { fixedResources, idOf, resourceOf } from './resources.ts';
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
  seedOf: (text) => ({ ids: [text] }),
  seedItems: testSeedItems,
  fetch: fetchTestResource,
  discover: testDiscover,
  maxDepth: (settings) => (settings.discovery.enabled ? settings.discovery.max_depth : 0),
};

const fixedIds = fixedResources.map((_, index) => idOf(index + 1));

/** The ids of the seed, else the five fixed resources. */
function testSeedItems(
  { sourceName }: Pick<SourceContext<TestSettings>, 'sourceName'>,
  seed: TestSeed,
): NewWorkItem[] {
  return [...new Set(seed.ids ?? fixedIds)].map((id) => ({
    sourceSystem: 'test',
    sourceName,
    ...testItem(sourceName, id, seed.priority),
  }));
}

function testItem(sourceName: string, resourceId: string, priority: number): DiscoveredItem {
  return {
    resourceType: 'resource',
    resourceId,
    // Never asked: the test source has no network. The host gives each a pace of its own.
    requestUri: `test://${encodeURIComponent(sourceName)}/${encodeURIComponent(resourceId)}`,
    requestMethod: 'GET',
    priority,
  };
}

/** 200 for known ids, 404 for others, 500 for the configured ones; after the configured latency. */
async function fetchTestResource(
  item: Pick<WorkItem, 'resourceId' | 'requestUri'>,
  { settings, signal }: Pick<FetchContext<TestSettings>, 'settings' | 'signal'>,
): Promise<FetchOutcome> {
  signal.throwIfAborted();
  const startedAt = performance.now();
  if (settings.latency_ms > 0) await delay(settings.latency_ms, undefined, { signal });
  const facts = (statusCode: number, details: JsonObject = {}): FetchFacts => ({
    requestUri: item.requestUri,
    requestMethod: 'GET',
    requestHeaders: {},
    statusCode,
    responseHeaders: { 'content-type': 'application/json' },
    durationMs: Math.round(performance.now() - startedAt),
    details: { final_url: item.requestUri, redirects: [], requests: 1, ...details },
  });
  const failure = (
    statusCode: number,
    code: 'http_not_found' | 'http_server_error',
    message: string,
  ) => ({ kind: 'error', facts: facts(statusCode), code, message, retryAfterMs: null }) as const;

  if (settings.fail_ids.includes(item.resourceId)) {
    return failure(
      500,
      'http_server_error',
      `The test source answers 500 for "${item.resourceId}", as configured.`,
    );
  }
  const resource = resourceOf(item.resourceId, settings.resources);
  if (!resource) {
    return failure(404, 'http_not_found', `The test source has no resource "${item.resourceId}".`);
  }
  return {
    kind: 'fetched',
    facts: facts(200, { bytes: JSON.stringify(resource).length }),
    payload: resource,
    text: null,
    contentType: 'application/json',
    projection: resource,
    validators: { etag: null, lastModified: null, revision: null },
  };
}

const payloadShape = z.looseObject({ links: z.array(z.string()) });

function testDiscover(
  item: Pick<WorkItem, 'priority'>,
  payload: JsonValue,
  { settings, sourceName }: Pick<SourceContext<TestSettings>, 'settings' | 'sourceName'>,
): DiscoveredItem[] {
  const parsed = payloadShape.safeParse(payload);
  if (!settings.discovery.enabled || !parsed.success) return [];
  return parsed.data.links.map((id) => testItem(sourceName, id, item.priority + 10));
}
