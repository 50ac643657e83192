/** What a list already contains is not asked for again: it is taken from what is stored of the list. */
import { z } from 'zod';
import type { JsonObject, JsonValue } from '#lib/json.ts';
import { jsonFault, knownJson, parseJsonWithin } from '#lib/json-text.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import type { FetchContext, FetchFacts } from '../source-type.ts';
import { storedFacts } from '../web/exchange.ts';
import { entityOf } from './entities.ts';
import type { OpenalexSettings } from './settings.ts';

type ListedItem = Pick<WorkItem, 'resourceId' | 'metadata' | 'lastFetchedAt'>;

export interface Listed {
  readonly entity: JsonObject;
  /** Of the list; no request was sent for the entity itself. */
  readonly facts: FetchFacts;
}

const listedMetadata = z.looseObject({ listed_in: z.string() });
const listShape = z.object({ results: z.array(z.looseObject({ id: z.string() })) });

/**
 * The entities that the latest answers of their lists contain, by item. Only for the first fetch of each: who fetches
 * it again wants what it is now.
 */
export async function findListed<I extends ListedItem>(
  items: readonly I[],
  { stored }: FetchContext<OpenalexSettings>,
): Promise<ReadonlyMap<I, Listed>> {
  const found = new Map<I, Listed>();
  if (stored === undefined) return found;
  const fresh = items.filter(({ lastFetchedAt }) => lastFetchedAt === null);
  const byList = Map.groupBy(
    fresh,
    (item) => listedMetadata.safeParse(item.metadata).data?.listed_in,
  );
  for (const [list, members] of byList) {
    if (list === undefined) continue;
    for await (const answer of stored({ resourceType: 'search', resourceId: list })) {
      const entities = entitiesIn(answer.payload);
      for (const item of members) {
        const entity = entities.get(item.resourceId);
        if (entity !== undefined)
          found.set(item, { entity, facts: storedFacts(answer, 'from_list') });
      }
      // What an older answer of the list said is out of date.
      break;
    }
  }
  return found;
}

function entitiesIn(payload: string): ReadonlyMap<string, JsonObject> {
  const value: JsonValue | undefined =
    jsonFault(payload, knownJson) === null ? parseJsonWithin(payload, knownJson) : undefined;
  const list = listShape.safeParse(value);
  // They came out of JSON, whole.
  const results = list.success ? (list.data.results as JsonObject[]) : [];
  return new Map(
    results.flatMap((entity) => {
      const known = entityOf(String(entity['id']));
      return known === null ? [] : [[known.id, entity] as const];
    }),
  );
}
