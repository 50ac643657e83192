/**
 * What a work or a page of results leads to. Only the references of works that are about what the operator is
 * interested in are followed.
 */
import { z } from 'zod';
import { sha256 } from '#lib/canonical-json.ts';
import type { JsonValue } from '#lib/json.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import type { LeaveOut } from '../left-out.ts';
import type { DiscoveredItem, PayloadAnswer, SourceContext } from '../source-type.ts';
import { type EntityKind, entityOf, kindsListed } from './entities.ts';
import { entityItem, searchItem, workItem } from './seeding.ts';
import { doiOf, type OpenalexSettings, workIdOf } from './settings.ts';

const labels = z
  .array(z.looseObject({ display_name: z.string().nullish() }))
  .nullish()
  .catch(null);

/** The parts of a work that are read here; everything else stays as it came. */
export const workShape = z.looseObject({
  id: z.string(),
  doi: z.string().nullish(),
  title: z.string().nullish(),
  display_name: z.string().nullish(),
  concepts: labels,
  topics: labels,
  keywords: labels,
  referenced_works: z.array(z.string()).nullish().catch(null),
  related_works: z.array(z.string()).nullish().catch(null),
});
export type Work = z.infer<typeof workShape>;

/** Title contains an entity, a concept equals one, or an identifier is listed; no list = every work. */
function workMatches(work: Work, matching: OpenalexSettings['entity_matching']): boolean {
  const { entities, identifiers, case_sensitive: exactCase } = matching;
  if (entities.length + identifiers.doi.length + identifiers.openalex_id.length === 0) return true;
  const comparable = (text: string) => (exactCase ? text : text.toLowerCase());
  const title = comparable(work.title ?? work.display_name ?? '');
  const concepts = new Set(
    [work.concepts, work.topics, work.keywords]
      .flatMap((list) => list ?? [])
      .flatMap(({ display_name: name }) => (name ? comparable(name) : [])),
  );
  const named = entities
    .map(comparable)
    .some((entity) => title.includes(entity) || concepts.has(entity));
  if (named) return true;
  const doi = doiOf(work.doi ?? '');
  if (doi !== null && identifiers.doi.some((listed) => doiOf(listed) === doi)) return true;
  const id = workIdOf(work.id);
  return id !== null && identifiers.openalex_id.some((listed) => workIdOf(listed) === id);
}

const searchShape = z.looseObject({
  meta: z.looseObject({
    next_cursor: z.string().nullish(),
    count: z.number().nullish().catch(null),
  }),
  results: z.array(z.looseObject({ id: z.string() })),
});

const searchMetadata = z.looseObject({
  /** Absent of searches that were seeded when there were works only. */
  entity: z.enum(kindsListed).default('work'),
  search: z.string().nullable(),
  filter: z.string().nullable(),
  per_page: z.number(),
  max_pages: z.number(),
  page: z.number(),
  /** Digests of the cursors that led here, the first and the latest of them. */
  cursors: z.array(z.string()).catch([]),
});

/** A list that begins again does so from its first page, or goes back by a few. */
const mostCursors = 20;

const digestOf = (text: string): string => sha256(text).slice(0, 16);

/** References go behind their work. */
const referenceStep = 10;

type ItemView = Pick<WorkItem, 'resourceType' | 'resourceId' | 'priority' | 'metadata'>;

export function openalexDiscover(
  item: ItemView,
  payload: JsonValue,
  { settings }: SourceContext<OpenalexSettings>,
  _answer?: PayloadAnswer,
  leave: LeaveOut = () => undefined,
): DiscoveredItem[] {
  if (item.resourceType === 'search') return resultsOf(item, payload, settings, leave);
  return item.resourceType === 'work' ? referencesOf(item, payload, settings) : [];
}

/** The works of one page of results, and the next page. Neither is a link hop: the seed asked for them. */
function resultsOf(
  item: ItemView,
  payload: JsonValue,
  settings: OpenalexSettings,
  leave: LeaveOut,
): DiscoveredItem[] {
  const page = searchShape.safeParse(payload);
  if (!page.success) return [];
  const listed = page.data.results.flatMap(({ id }) => entityOf(id) ?? []);
  const entities = new Map(listed.map((entity) => [entity.id, entity]));
  const found: DiscoveredItem[] = [...entities.values()].map((entity) => ({
    ...entityItem(settings, entity, item.priority + referenceStep),
    // It is read from there, and not asked for again.
    metadata: { listed_in: item.resourceId },
    isHop: false,
  }));
  const known = searchMetadata.safeParse(item.metadata);
  const { next_cursor: cursor, count } = page.data.meta;
  if (page.data.results.length === 0 && known.data?.page === 1 && (count ?? 0) > 0)
    leave('ends_early');
  if (!known.success || !cursor || page.data.results.length === 0) return found;
  const {
    entity,
    search,
    filter,
    per_page: perPage,
    max_pages: maxPages,
    page: number,
    cursors,
  } = known.data;
  const digest = digestOf(cursor);
  const isRepeated = cursors.includes(digest);
  if (isRepeated || (maxPages > 0 && number >= maxPages)) {
    leave(isRepeated ? 'pages_repeat' : 'pages_beyond');
    return found;
  }
  const at = { page: number + 1, cursor };
  const list = { entity, search, filter, perPage, maxPages };
  const next = searchItem(settings, list, at, item.priority);
  const [first, ...others] = [...cursors, digest];
  const kept = [first ?? digest, ...others.slice(-mostCursors)];
  return [...found, { ...next, metadata: { ...next.metadata, cursors: kept } }];
}

function referencesOf(
  item: ItemView,
  payload: JsonValue,
  settings: OpenalexSettings,
): DiscoveredItem[] {
  const rules = settings.discovery;
  const work = workShape.safeParse(payload);
  if (!rules.enabled || !work.success || !workMatches(work.data, settings.entity_matching))
    return [];
  const addresses = [
    ...(rules.discover_references ? (work.data.referenced_works ?? []) : []),
    ...(rules.discover_related ? (work.data.related_works ?? []) : []),
  ];
  const ids = new Set(addresses.flatMap((address) => workIdOf(address) ?? []));
  ids.delete(item.resourceId);
  return [
    ...[...ids].map((id) => workItem(settings, id, item.priority + referenceStep)),
    ...entitiesOf(payload, rules.entities).map((entity) =>
      entityItem(settings, entity, item.priority + entityStep),
    ),
  ];
}

/** Who wrote a work, where, and what for: behind the works it cites. */
const entityStep = 20;

const named = z.looseObject({ id: z.string().nullish() }).nullish().catch(null);
const listOf = <T extends z.ZodType>(one: T) => z.array(one).nullish().catch(null);
const entitiesShape = z.looseObject({
  authorships: listOf(z.looseObject({ author: named, institutions: listOf(named) })),
  primary_location: z.looseObject({ source: named }).nullish().catch(null),
  locations: listOf(z.looseObject({ source: named })),
  topics: listOf(named),
  funders: listOf(named),
  /** Before November 2025. */
  grants: listOf(z.looseObject({ funder: z.string().nullish() })),
});

/** The entities of the wanted kinds that a work names, each once. */
function entitiesOf(work: JsonValue, wanted: readonly EntityKind[]) {
  const parsed = entitiesShape.safeParse(work);
  if (wanted.length === 0 || !parsed.success) return [];
  const {
    authorships,
    primary_location: primary,
    locations,
    topics,
    funders,
    grants,
  } = parsed.data;
  const sources = [primary, ...(locations ?? [])].map((location) => location?.source);
  const all = [
    ...(authorships ?? []).flatMap(({ author, institutions }) => [author, ...(institutions ?? [])]),
    ...sources,
    ...sources.map((source) => ({ id: publisherOf(source) })),
    ...(topics ?? []),
    ...(funders ?? []),
    ...(grants ?? []).map(({ funder }) => ({ id: funder })),
  ];
  const found = all.flatMap((one) => entityOf(one?.id ?? '') ?? []);
  const fitting = found.filter(({ kind }) => wanted.some((one) => one === kind));
  return [...new Map(fitting.map((entity) => [entity.id, entity])).values()];
}

/** Of a source: the publisher, or an institution that hosts it. */
function publisherOf(source: z.infer<typeof named>): string | null {
  const host = source?.['host_organization'];
  return typeof host === 'string' ? host : null;
}
