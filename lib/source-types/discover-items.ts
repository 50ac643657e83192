/**
 * What a payload leads to, as work items. Payloads that may be heavy are read in a thread, so that a source type need
 * not know of it.
 */
import { z } from 'zod';
import { hasMember, type WrittenJson } from '#lib/json.ts';
import {
  type JsonBounds,
  jsonFault,
  parseJsonWithin,
  parseWrittenWithin,
  quickJson,
  threadJson,
} from '#lib/json-text.ts';
import { keyIfFit } from '#lib/queue/dedupe-key.ts';
import type { NewWorkItem, WorkItem } from '#lib/queue/model.ts';
import { defineHeavy } from '#lib/threads/heavy.ts';
import { sizeOf } from '#lib/threads/size.ts';
import { countingLeftOut, type LeaveOut, type LeftOut } from './left-out.ts';
import { getSourceType } from './registry.ts';
import type {
  CommonSettings,
  DiscoveredItem,
  FetchOutcome,
  PayloadAnswer,
  SourceContext,
  SourceType,
} from './source-type.ts';
import { PageTooHeavy } from './web/bounded-page.ts';
import { onEventLoop } from './web/selector.ts';

export interface Discovery {
  /** Distinct by dedupe key. */
  readonly items: readonly NewWorkItem[];
  /** What is no item, by why; it fails nobody. */
  readonly leftOut: LeftOut;
}

/** A payload as it is at hand: as a value, or as the text of one. */
export type Payload =
  | { readonly kind: 'value'; readonly value: WrittenJson }
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
  if (json && json.value === undefined) return { kind: 'json', text: json.text };
  const text = hasMember(payload, 'text') ? textPayload.safeParse(payload).data : undefined;
  if (text) return { kind: 'text', ...text };
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

/** @throws AppError `reading_overran`, `payload_too_complex` */
export async function discoverItems(
  item: WorkItem,
  payload: Payload,
  source: Reading,
  answer?: PayloadAnswer,
): Promise<Discovery> {
  const { type, context } = source;
  if (payload.kind !== 'json' || jsonFault(payload.text, quickJson) === null) {
    try {
      const value = valueIn(payload, quickJson, type);
      return onEventLoop(() => found(item, value, source, answer));
    } catch (error) {
      if (!(error instanceof PageTooHeavy)) throw error;
    }
  }
  const [leftOut, ...items] = await discoverInThread({
    typeId: type.id,
    context,
    item,
    // What is cloned for the thread is data: digits go as text.
    payload:
      payload.kind === 'value' ? { kind: 'json', text: JSON.stringify(payload.value) } : payload,
    answer,
  });
  // The task puts what is left out first.
  return { items: items as NewWorkItem[], leftOut: leftOut as LeftOut };
}

function found(
  item: WorkItem,
  value: WrittenJson,
  source: Reading,
  answer?: PayloadAnswer,
): Discovery {
  const { leave, leftOut } = countingLeftOut();
  const links = source.type.discover(item, value, source.context, answer, leave);
  return { items: toWorkItems(item, links, source, leave), leftOut };
}

function valueIn(payload: Payload, bounds: JsonBounds, type: SourceType): WrittenJson {
  switch (payload.kind) {
    case 'value':
      return payload.value;
    case 'json':
      return (
        (type.readsDigits ? parseWrittenWithin : parseJsonWithin)(payload.text, bounds) ?? null
      );
    case 'text': {
      const { content_type, url, text } = payload;
      return { content_type, url, text };
    }
  }
}

interface HeavyDiscovery {
  readonly typeId: string;
  readonly context: SourceContext<CommonSettings>;
  readonly item: WorkItem;
  readonly payload: Payload;
  readonly answer: PayloadAnswer | undefined;
}

/** A list, so that it comes back in parts: what is left out, then the items. */
const discoverInThread = defineHeavy(
  'discover',
  ({ typeId, context, item, payload, answer }: HeavyDiscovery): (LeftOut | NewWorkItem)[] => {
    const source = { type: getSourceType(typeId), context };
    const { items, leftOut } = found(
      item,
      valueIn(payload, threadJson, source.type),
      source,
      answer,
    );
    return [leftOut, ...items];
  },
);

/** Of one payload: as many entries of a list as are read of it, each with a page of its own. */
const mostItems = 100_000;
/** Of all of them, characters. */
const mostCharacters = 56 * 1024 * 1024;

/**
 * Depth counts link hops from the seed: a link is one deeper than its page, a continuation or an
 * alias's target is not. The source's own limit is enforced here, the run's with the completion.
 */
export function toWorkItems(
  item: WorkItem,
  links: readonly DiscoveredItem[],
  source: Reading,
  leave: LeaveOut = () => undefined,
): NewWorkItem[] {
  const deepest = source.type.maxDepth(source.context.settings) ?? Number.POSITIVE_INFINITY;
  const byKey = new Map<string, NewWorkItem>();
  let size = 0;
  for (const one of links) {
    const { isHop = true, ...link } = one;
    const depth = item.depth + (isHop ? 1 : 0);
    if (isHop && depth > deepest) {
      leave('too_deep');
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
    if (key === null) leave('invalid');
    else if (!byKey.has(key) && key !== item.dedupeKey) {
      size += sizeOf(candidate, mostCharacters);
      // The last one may be the next page of the list: it is never left out.
      const isBeyond = byKey.size >= mostItems || size > mostCharacters;
      if (isBeyond && one !== links.at(-1)) leave('links_beyond');
      else byKey.set(key, candidate);
    }
  }
  return [...byKey.values()];
}
