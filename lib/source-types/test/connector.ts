/** Answers like a server would, without any network. */
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '#lib/json.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import type { FetchContext, FetchFacts, FetchOutcome } from '../source-type.ts';
import { resourceOf } from './resources.ts';
import type { TestSettings } from './settings.ts';

/** 200 for known ids, 404 for others, 500 for the configured ones; after the configured latency. */
export async function fetchTestResource(
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
