/** Discover: turns what a payload links to into new work items. Pure. */
import type { JsonValue } from '#lib/json.ts';
import { keyIfFit } from '#lib/queue/dedupe-key.ts';
import type { NewWorkItem, WorkItem } from '#lib/queue/model.ts';
import type { DiscoveredItem, FetchFacts } from '#lib/source-types/source-type.ts';
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
