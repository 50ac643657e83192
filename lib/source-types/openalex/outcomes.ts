/** What an answer of OpenAlex means for an item. Pure. */
import type { JsonObject, JsonValue } from '#lib/json.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import type { FetchFacts, FetchOutcome } from '../source-type.ts';
import { workIdOf } from './identifiers.ts';
import { workItem } from './seeding.ts';
import type { OpenalexSettings } from './settings.ts';

/** A work; or another name of one: a DOI's work, or an entity that was merged into another (301). */
export function workFetched(
  item: Pick<WorkItem, 'resourceId' | 'priority'>,
  work: JsonObject,
  facts: FetchFacts,
  settings: OpenalexSettings,
): FetchOutcome {
  const id = typeof work['id'] === 'string' ? workIdOf(work['id']) : null;
  if (id === null) return invalid(facts, 'The answer is not a work of OpenAlex.');
  if (id === item.resourceId) return fetched(work, facts);
  return {
    kind: 'alias',
    facts: { ...facts, details: { ...facts.details, alias_of: id } },
    canonical: { ...workItem(settings, id, item.priority), isHop: false },
  };
}

/** A page of results. */
export const searchFetched = (body: JsonObject, facts: FetchFacts): FetchOutcome =>
  Array.isArray(body['results'])
    ? fetched(body, facts)
    : invalid(facts, 'The answer is not a page of results of OpenAlex.');

const fetched = (payload: JsonObject, facts: FetchFacts): FetchOutcome => ({
  kind: 'fetched',
  facts,
  payload,
  text: null,
  contentType: 'application/json',
  projection: withoutCounters(payload),
  validators: { etag: null, lastModified: null, revision: null },
});

const invalid = (facts: FetchFacts, message: string): FetchOutcome => ({
  kind: 'error',
  facts,
  code: 'payload_invalid',
  message,
  retryAfterMs: null,
});

/** Counters and clocks of OpenAlex that move without the work having changed. */
const movingParts = new Set([
  'cited_by_count',
  'counts_by_year',
  'updated_date',
  'cited_by_percentile_year',
  'citation_normalized_percentile',
  'fwci',
  'relevance_score',
  'db_response_time_ms',
  'next_cursor',
  'cost_usd',
]);

function withoutCounters(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutCounters);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !movingParts.has(name))
      .map(([name, part]) => [name, withoutCounters(part)]),
  );
}
