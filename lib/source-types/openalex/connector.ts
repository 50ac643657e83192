/** Fetches one work or one page of a search. See https://docs.openalex.org */
import { z } from 'zod';
import type { JsonObject, JsonValue } from '#lib/json.ts';
import type { WorkItem } from '#lib/work-items/model.ts';
import { beginningOf, jsonOf, looksLikeHtml, textOf } from '../body.ts';
import { failed, failureOfStatus, guarded } from '../exchange.ts';
import type { FetchContext, FetchOutcome } from '../source-type.ts';
import { userAgentOf } from '../user-agent.ts';
import { workIdOf } from './identifiers.ts';
import { workItem } from './seeding.ts';
import type { OpenalexSettings } from './settings.ts';

const answerShape = z.record(z.string(), z.unknown());

export function fetchFromOpenalex(
  item: Pick<WorkItem, 'resourceType' | 'resourceId' | 'requestUri' | 'priority'>,
  context: FetchContext<OpenalexSettings>,
): Promise<FetchOutcome> {
  return guarded(context, async (exchange) => {
    const { settings, secrets } = context;
    const userAgent = userAgentOf(settings.user_agent, settings.email);
    const key = secrets['api_key'];
    const url =
      item.resourceType === 'work'
        ? workItem(settings, item.resourceId, item.priority).requestUri
        : item.requestUri;
    const response = await exchange.ask(url, {
      headers: {
        accept: 'application/json',
        ...(userAgent ? { 'user-agent': userAgent } : {}),
        ...(key ? { authorization: `Bearer ${key}` } : {}),
      },
    });
    const refused = failureOfStatus(exchange, response);
    if (refused) return refused;
    const text = textOf(response);
    const payload = jsonOf(text);
    if (payload === undefined || !answerShape.safeParse(payload).success) {
      return looksLikeHtml(text)
        ? failed(exchange, 'blocked', 'OpenAlex answered with a web page instead of data.')
        : failed(
            exchange,
            'payload_invalid',
            `The answer is not a JSON object; it begins "${beginningOf(text)}".`,
          );
    }
    // A JSON value that is a record is a JSON object.
    const body = payload as JsonObject;
    if (item.resourceType === 'work') {
      const id = typeof body['id'] === 'string' ? workIdOf(body['id']) : null;
      if (id === null)
        return failed(exchange, 'payload_invalid', 'The answer is not a work of OpenAlex.');
      if (id !== item.resourceId) {
        // A DOI's work, or an entity that was merged into another (301).
        return {
          kind: 'alias',
          facts: exchange.answered({ alias_of: id }),
          canonical: { ...workItem(settings, id, item.priority), isHop: false },
        };
      }
    } else if (!Array.isArray(body['results'])) {
      return failed(
        exchange,
        'payload_invalid',
        'The answer is not a page of results of OpenAlex.',
      );
    }
    return {
      kind: 'fetched',
      facts: exchange.answered(),
      payload: body,
      text: null,
      contentType: 'application/json',
      projection: withoutCounters(body),
      validators: { etag: null, lastModified: null, revision: null },
    };
  });
}

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
