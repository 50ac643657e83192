/** Puts the answers of one continued query together. */
import type { JsonObject, JsonValue } from '#lib/json.ts';
import type { WikiAnswer, WikiPage } from './answer.ts';

type Reference = { ns: number; title: string };

export interface WikiMerge {
  page: WikiPage | null;
  readonly links: Reference[];
  readonly categories: Reference[];
  readonly members: Reference[];
}

export const openMerge = (): WikiMerge => ({ page: null, links: [], categories: [], members: [] });

/** Adds one answer. A continued answer repeats the page with other parts of its lists. */
export function mergeAnswer(merge: WikiMerge, answer: WikiAnswer): void {
  const page = answer.query?.pages?.[0];
  if (page) {
    merge.links.push(...(page.links ?? []));
    merge.categories.push(...(page.categories ?? []));
    // The text comes in one of the answers only; later ones must not wipe it.
    merge.page = { ...page, ...merge.page };
  }
  merge.members.push(...(answer.query?.categorymembers ?? []));
}

/** The payload of the record: the page as the API gives it, its lists complete and free of repeats. */
export function pageOf(merge: WikiMerge, resourceType: string): JsonObject {
  const lists =
    resourceType === 'category'
      ? { members: distinct(merge.members) }
      : { links: distinct(merge.links), categories: distinct(merge.categories) };
  // The page was parsed from JSON, so it holds JSON values only.
  return { ...(merge.page as JsonObject | null), ...lists } as JsonObject;
}

function distinct(references: readonly Reference[]): Reference[] {
  return [...new Map(references.map((reference) => [reference.title, reference])).values()];
}

/** What counts as a change: title, text, links, categories, members; not revision numbers or dates. */
export function projectionOf(page: JsonObject): JsonValue {
  const titles = (value: JsonValue | undefined): JsonValue =>
    Array.isArray(value)
      ? value.map((entry) => String((entry as JsonObject)['title'])).sort()
      : null;
  return {
    title: page['title'] ?? null,
    text: textOf(page['revisions']),
    links: titles(page['links']),
    categories: titles(page['categories']),
    members: titles(page['members']),
  };
}

/** `revisions[0].slots.main.content`. */
function textOf(revisions: JsonValue | undefined): JsonValue {
  let value: JsonValue | undefined = Array.isArray(revisions) ? revisions[0] : undefined;
  for (const key of ['slots', 'main', 'content']) {
    value =
      value !== null && typeof value === 'object' && !Array.isArray(value) ? value[key] : undefined;
  }
  return value ?? null;
}
