/** Discover: what a payload links to. Of one that is unchanged, the stored record is read again where that may lead further. */
import type { WorkItem } from '#lib/queue/model.ts';
import { readRunState } from '#lib/queue/runs/run-numbers.ts';
import type { Payload } from '#lib/source-types/discover-items.ts';
import type { FetchFacts } from '#lib/source-types/source-type.ts';
import type { PipelineContext } from './context.ts';
import type { LoadedSource } from './load-source.ts';
import { storedAnswers } from './stored.ts';

/**
 * The payload to discover in, as the connector gave it when it was fetched; null when nothing deeper
 * would be followed anyway, or nothing is stored.
 */
export async function payloadToRediscover(
  item: WorkItem,
  source: LoadedSource,
  facts: Pick<FetchFacts, 'details'>,
  context: PipelineContext,
): Promise<Payload | null> {
  if (!context.enableDiscovery || !(await goesDeeper(item, source, context))) return null;
  const { final_url: finalUrl } = facts.details;
  for await (const record of storedAnswers(context.db, item, item)) {
    return payloadOf(record.payload, {
      content_type: record.contentType ?? '',
      url: typeof finalUrl === 'string' ? finalUrl : record.requestUri,
    });
  }
  return null;
}

async function goesDeeper(
  item: WorkItem,
  source: LoadedSource,
  { db }: PipelineContext,
): Promise<boolean> {
  const { type, context } = source;
  if (type.rereadsUnchanged?.(context.settings)) return true;
  const ofSource = type.maxDepth(context.settings);
  if (ofSource !== null && item.depth >= ofSource) return false;
  const ofRun = (await readRunState(db, item.runId))?.maxDepth ?? null;
  return ofRun === null || item.depth < ofRun;
}

/** Objects and lists were stored as JSON; whatever else, connectors hand to discovery in an envelope. */
const payloadOf = (
  text: string,
  envelope: { readonly content_type: string; readonly url: string },
): Payload =>
  /^\s{0,100}[[{]/.test(text) && !/html/.test(envelope.content_type)
    ? { kind: 'json', text }
    : { kind: 'text', text, ...envelope };
