/**
 * What a payload leads to, as work items. Payloads that may be heavy are read in a thread, so that a source type need
 * not know of it.
 */
import { z } from 'zod';
import type { JsonValue } from '#lib/json.ts';
import {
  type JsonBounds,
  jsonFault,
  parseJsonWithin,
  quickJson,
  threadJson,
} from '#lib/json-text.ts';
import { keyIfFit } from '#lib/queue/dedupe-key.ts';
import type { NewWorkItem, WorkItem } from '#lib/queue/model.ts';
import { defineHeavy } from '#lib/threads/heavy.ts';
import { getSourceType } from './registry.ts';
import type {
  CommonSettings,
  DiscoveredItem,
  FetchFacts,
  FetchOutcome,
  SourceContext,
  SourceType,
} from './source-type.ts';
import { PageTooHeavy } from './web/bounded-page.ts';
import { onEventLoop } from './web/selector.ts';

export interface Discovery {
  /** Distinct by dedupe key. */
  readonly items: readonly NewWorkItem[];
  /** Links that can be no work item (an id too long, control characters); they fail nobody. */
  readonly refused: number;
  /** Links deeper than the source goes. */
  readonly tooDeep: number;
}

/** A payload as it is at hand: as a value, or as the text of one. */
export type Payload =
  | { readonly kind: 'value'; readonly value: JsonValue }
  | { readonly kind: 'json'; readonly text: string }
  /** Text, with what connectors hand to discovery beside it. */
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly content_type: string;
      readonly url: string;
    };

/**
 * The payload of an outcome for discovery: a value where it is small, else the text that was made of it.
 * @param stored the payload as text, where that is at hand
 */
export function payloadOf(
  { payload, json }: Pick<Fetched, 'payload' | 'json'>,
  stored?: string,
): Payload {
  if (json) return { kind: 'json', text: json.text };
  const text = textPayload.safeParse(payload);
  if (text.success) return { kind: 'text', ...text.data };
  const written = stored ?? JSON.stringify(payload);
  return written.length <= quickJson.length
    ? { kind: 'value', value: payload }
    : { kind: 'json', text: written };
}

type Fetched = Extract<FetchOutcome, { kind: 'fetched' }>;

const textPayload = z.strictObject({
  content_type: z.string(),
  url: z.string(),
  text: z.string(),
});

interface Reading {
  readonly type: SourceType;
  readonly context: SourceContext<CommonSettings>;
}

type Answer = Pick<FetchFacts, 'responseHeaders'>;

/** @throws AppError `reading_overran`, `payload_too_complex` */
export async function discoverItems(
  item: WorkItem,
  payload: Payload,
  source: Reading,
  answer?: Answer,
): Promise<Discovery> {
  const { type, context } = source;
  if (payload.kind !== 'json' || jsonFault(payload.text, quickJson) === null) {
    try {
      const value = valueIn(payload, quickJson);
      return onEventLoop(() =>
        toWorkItems(item, type.discover(item, value, context, answer), source),
      );
    } catch (error) {
      if (!(error instanceof PageTooHeavy)) throw error;
    }
  }
  const [counts, ...items] = await discoverInThread({
    typeId: type.id,
    context,
    item,
    payload,
    answer,
  });
  // The task puts the counts first.
  return { items: items as NewWorkItem[], ...(counts as Counts) };
}

function valueIn(payload: Payload, bounds: JsonBounds): JsonValue {
  switch (payload.kind) {
    case 'value':
      return payload.value;
    case 'json':
      return parseJsonWithin(payload.text, bounds) ?? null;
    case 'text': {
      const { content_type, url, text } = payload;
      return { content_type, url, text };
    }
  }
}

type Counts = Pick<Discovery, 'refused' | 'tooDeep'>;

interface HeavyDiscovery {
  readonly typeId: string;
  readonly context: SourceContext<CommonSettings>;
  readonly item: WorkItem;
  readonly payload: Payload;
  readonly answer: Answer | undefined;
}

/** A list, so that it comes back in parts: the counts, then the items. */
const discoverInThread = defineHeavy(
  'discover',
  ({ typeId, context, item, payload, answer }: HeavyDiscovery): (Counts | NewWorkItem)[] => {
    const type = getSourceType(typeId);
    const found = type.discover(item, valueIn(payload, threadJson), context, answer);
    const { items, refused, tooDeep } = toWorkItems(item, found, { type, context });
    return [{ refused, tooDeep }, ...items];
  },
);

/**
 * Depth counts link hops from the seed: a link is one deeper than its page, a continuation or an
 * alias's target is not. The source's own limit is enforced here, the run's with the completion.
 */
export function toWorkItems(
  item: WorkItem,
  found: readonly DiscoveredItem[],
  source: Reading,
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
