/** Discover: turns what a payload links to into new work items. */
import type { JsonValue } from '#lib/json.ts';
import { keyIfFit } from '#lib/queue/dedupe-key.ts';
import type { NewWorkItem, WorkItem } from '#lib/queue/model.ts';
import { readRunState } from '#lib/queue/runs/run-numbers.ts';
import type { DiscoveredItem, FetchFacts } from '#lib/source-types/source-type.ts';
import type { PipelineContext } from './context.ts';
import type { LoadedSource } from './load-source.ts';

export interface Discovery {
  /** Distinct by dedupe key. */
  readonly items: readonly NewWorkItem[];
  /** Links that can be no work item (an id too long, control characters); they fail nobody. */
  readonly refused: number;
  /** Links deeper than the source goes. */
  readonly tooDeep: number;
}

/**
 * Depth counts link hops from the seed: a link is one deeper than its page, a continuation or an
 * alias's target is not. The source's own limit is enforced here, the run's with the completion.
 */
export function discoverItems(
  item: WorkItem,
  payload: JsonValue,
  source: LoadedSource,
  answer?: FetchFacts,
): Discovery {
  return toWorkItems(item, source.type.discover(item, payload, source.context, answer), source);
}

/** The same for links that are already known, as an alias's target. */
export function toWorkItems(
  item: WorkItem,
  found: readonly DiscoveredItem[],
  source: LoadedSource,
): Discovery {
  const deepest = source.type.maxDepth(source.context.settings) ?? Number.POSITIVE_INFINITY;
  const byKey = new Map<string, NewWorkItem>();
  let refused = 0;
  let tooDeep = 0;
  for (const { isHop = true, ...link } of found) {
    const depth = item.depth + (isHop ? 1 : 0);
    if (isHop && depth > deepest) {
      tooDeep += 1;
      continue;
    }
    const candidate: NewWorkItem = {
      ...link,
      sourceSystem: item.sourceSystem,
      sourceName: item.sourceName,
      runId: item.runId,
      discoveredFrom: item.workItemId,
      depth,
    };
    const key = keyIfFit(candidate);
    if (key === null) refused += 1;
    else if (!byKey.has(key) && key !== item.dedupeKey) byKey.set(key, candidate);
  }
  return { items: [...byKey.values()], refused, tooDeep };
}

/**
 * The payload to discover in, as the connector gave it when it was fetched; null when nothing deeper
 * would be followed anyway, or nothing is stored.
 */
export async function payloadToRediscover(
  item: WorkItem,
  source: LoadedSource,
  facts: Pick<FetchFacts, 'details'>,
  context: PipelineContext,
): Promise<JsonValue | null> {
  if (!context.enableDiscovery || !(await goesDeeper(item, source, context))) return null;
  const { q, engine } = context.db;
  const latest = q
    .selectFrom('IngestRecords')
    .select(['payload', 'content_type', 'request_uri'])
    .where('source_system', '=', item.sourceSystem)
    .where('source_name', '=', item.sourceName)
    .where('resource_type', '=', item.resourceType)
    .where('resource_id', '=', item.resourceId)
    .orderBy('fetched_at_utc', 'desc');
  const [record] = await engine.take(latest, 1).execute();
  if (!record) return null;
  const { final_url: finalUrl } = facts.details;
  return payloadOf(record.payload, {
    content_type: record.content_type ?? '',
    url: typeof finalUrl === 'string' ? finalUrl : record.request_uri,
  });
}

async function goesDeeper(
  item: WorkItem,
  source: LoadedSource,
  { db }: PipelineContext,
): Promise<boolean> {
  const ofSource = source.type.maxDepth(source.context.settings);
  if (ofSource !== null && item.depth >= ofSource) return false;
  const ofRun = (await readRunState(db, item.runId))?.maxDepth ?? null;
  return ofRun === null || item.depth < ofRun;
}

/** JSON was stored as JSON; other text as received, which connectors hand to discovery in an envelope. */
function payloadOf(
  stored: string,
  envelope: { readonly content_type: string; readonly url: string },
): JsonValue {
  try {
    // JSON.parse yields JSON values only.
    const value = JSON.parse(stored) as JsonValue;
    if (typeof value === 'object') return value;
  } catch {
    // Text, then.
  }
  return { ...envelope, text: stored };
}
