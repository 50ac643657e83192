/**
 * What a wiki's API answers, the errors it hides in answers with status 200, and how the answers of one
 * continued query are put together.
 */
import { z } from 'zod';
import type { AppErrorCode } from '#lib/errors/codes.ts';
import type { JsonObject, JsonValue } from '#lib/json.ts';

const reference = z.looseObject({ ns: z.number(), title: z.string() });

const wikiPage = z.looseObject({
  /** Absent of a number that no page has. */
  title: z.string().default(''),
  ns: z.number().optional(),
  pageid: z.number().optional(),
  lastrevid: z.number().optional(),
  missing: z.boolean().optional(),
  invalid: z.boolean().optional(),
  invalidreason: z.string().optional(),
  special: z.boolean().optional(),
  revisions: z.array(z.looseObject({ revid: z.number().optional() })).optional(),
  links: z.array(reference).optional(),
  categories: z.array(reference).optional(),
});
export type WikiPage = z.infer<typeof wikiPage>;

const wikiMember = z.looseObject({ ns: z.number(), title: z.string() });

export const wikiAnswer = z.looseObject({
  error: z.looseObject({ code: z.string(), info: z.string().optional() }).optional(),
  /** The answer of `action=parse`. */
  parse: z
    .looseObject({ title: z.string(), revid: z.number().optional(), text: z.string() })
    .optional(),
  /** When the wiki began to answer, by its own clock; as asked for with each request. */
  curtimestamp: z.string().optional(),
  /** Parameters of the next request; absent when the answer is complete. */
  continue: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  query: z
    .looseObject({
      normalized: z
        .array(
          z.looseObject({ from: z.string(), to: z.string(), fromencoded: z.boolean().optional() }),
        )
        .optional(),
      redirects: z.array(z.looseObject({ from: z.string(), to: z.string() })).optional(),
      interwiki: z.array(z.looseObject({ title: z.string() })).optional(),
      pages: z.array(wikiPage).optional(),
      categorymembers: z.array(wikiMember).optional(),
      search: z.array(wikiMember).optional(),
      recentchanges: z
        .array(
          z.looseObject({
            type: z.string(),
            timestamp: z.string(),
            /** Absent when the wiki hides what the entry is about. */
            title: z.string().optional(),
            revid: z.number().optional(),
            logtype: z.string().optional(),
            logaction: z.string().optional(),
            logparams: z.unknown().optional(),
            /** What stands in `logparams` since MediaWiki 1.25. */
            move: z.unknown().optional(),
          }),
        )
        .optional(),
      searchinfo: z.looseObject({ totalhits: z.number().optional() }).optional(),
    })
    .optional(),
});
export type WikiAnswer = z.infer<typeof wikiAnswer>;

interface WikiError {
  /** Whole codes, or beginnings of codes with a `*`. */
  readonly codes: readonly string[];
  readonly outcome: AppErrorCode;
}

/**
 * Codes of the API's errors, the first row that fits; any other is `api_error`.
 * See https://www.mediawiki.org/wiki/API:Errors_and_warnings
 */
export const wikiErrors: readonly WikiError[] = [
  { codes: ['ratelimited', 'actionthrottledtext'], outcome: 'http_rate_limited' },
  {
    codes: ['maxlag', 'readonly', 'timeout', 'internal_api_error_*', 'dbqueryerror'],
    outcome: 'api_busy',
  },
  {
    codes: ['blocked', 'autoblocked', 'globalblocking-*', 'wikimedia-globalblocking-*'],
    outcome: 'blocked',
  },
  {
    codes: ['readapidenied', 'permissiondenied', 'notloggedin', 'assertuserfailed'],
    outcome: 'http_unauthorized',
  },
  { codes: ['missingtitle', 'nosuchpageid', 'nosuchrevid'], outcome: 'page_missing' },
  { codes: ['invalidtitle', 'pagecannotexist'], outcome: 'title_invalid' },
];

export const codeOfWikiError = (code: string): AppErrorCode =>
  wikiErrors.find(({ codes }) =>
    codes.some((one) => (one.endsWith('*') ? code.startsWith(one.slice(0, -1)) : one === code)),
  )?.outcome ?? 'api_error';

type Reference = { ns: number; title: string };
type Renaming = { readonly from: string; readonly to: string };

export interface PageParts {
  page: WikiPage;
  readonly links: Reference[];
  readonly categories: Reference[];
}

export interface WikiMerge {
  /** By the title the wiki gives. */
  readonly pages: Map<string, PageParts>;
  readonly normalized: Map<string, string>;
  readonly redirects: Map<string, string>;
  /** Titles that name pages of other wikis. */
  readonly interwiki: Set<string>;
  /** Of the one category that was asked for. */
  readonly members: Reference[];
  /** When the wiki began to answer, by its own clock; null when it does not say. */
  asOf: string | null;
}

export const openMerge = (): WikiMerge => ({
  pages: new Map(),
  normalized: new Map(),
  redirects: new Map(),
  interwiki: new Set(),
  members: [],
  asOf: null,
});

/** Adds one answer. A continued answer repeats the pages with other parts of their lists. */
export function mergeAnswer(merge: WikiMerge, { query = {}, curtimestamp }: WikiAnswer): void {
  // Of the first answer: what it says may have changed by the time of the last.
  merge.asOf ??= curtimestamp ?? null;
  for (const page of query.pages ?? []) {
    const known = merge.pages.get(page.title);
    const parts = known ?? { page, links: [], categories: [] };
    parts.links.push(...(page.links ?? []));
    parts.categories.push(...(page.categories ?? []));
    // The text comes in one of the answers only; later ones must not wipe it.
    parts.page = { ...page, ...parts.page };
    merge.pages.set(page.title, parts);
  }
  for (const { from, fromencoded, to } of query.normalized ?? []) {
    merge.normalized.set(fromencoded ? decodeURIComponent(from) : from, to);
  }
  for (const { from, to } of query.redirects ?? []) merge.redirects.set(from, to);
  for (const { title } of query.interwiki ?? []) merge.interwiki.add(title);
  merge.members.push(...(query.categorymembers ?? []));
}

export interface Resolved {
  /** The title the wiki answers under. */
  readonly title: string;
  readonly redirects: readonly Renaming[];
}

/** Follows a title through normalization and redirects, as the wiki says it did. */
export function resolveTitle(merge: WikiMerge, asked: string): Resolved {
  let title = merge.normalized.get(asked) ?? asked;
  const redirects: Renaming[] = [];
  const met = new Set<string>();
  for (let to = merge.redirects.get(title); to !== undefined; to = merge.redirects.get(title)) {
    if (met.has(title)) break;
    met.add(title);
    redirects.push({ from: title, to });
    title = to;
  }
  return { title, redirects };
}

/** The payload of the record: the page as the API gives it, its lists complete and free of repeats. */
export function payloadOf(parts: PageParts, merge: WikiMerge, resourceType: string): JsonObject {
  const lists =
    resourceType === 'category'
      ? { members: distinct(merge.members) }
      : { links: distinct(parts.links), categories: distinct(parts.categories) };
  // The page was parsed from JSON, so it holds JSON values only.
  return { ...(parts.page as JsonObject), ...lists } as JsonObject;
}

function distinct(references: readonly Reference[]): Reference[] {
  return [...new Map(references.map((reference) => [reference.title, reference])).values()];
}

/** The payload of a content item: one text and what it is the text of. */
export function contentOf(
  page: WikiPage,
  format: 'wikitext' | 'html',
  text: JsonValue,
): JsonObject {
  return {
    title: page.title,
    pageid: page.pageid ?? null,
    ns: page.ns ?? null,
    revid: page.lastrevid ?? null,
    format,
    text,
  };
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
export function textOf(revisions: JsonValue | undefined): JsonValue {
  let value: JsonValue | undefined = Array.isArray(revisions) ? revisions[0] : undefined;
  for (const key of ['slots', 'main', 'content']) {
    value =
      value !== null && typeof value === 'object' && !Array.isArray(value) ? value[key] : undefined;
  }
  return value ?? null;
}
