/**
 * Discovering behind an unchanged item: the source sent no payload, so the stored one is read again.
 * Without that, a recrawl with a greater depth would stop at the first page that has not changed.
 */
import type { JsonValue } from '#lib/json.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import { readRunState } from '#lib/queue/runs/run-numbers.ts';
import type { FetchFacts } from '#lib/source-types/source-type.ts';
import type { PipelineContext } from './context.ts';
import type { LoadedSource } from './load-source.ts';

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
