/** What an answer says of one item: missing, invalid, another page's name, unchanged, or worth storing. Pure. */
import type { ErrorCode } from '#lib/errors/codes.ts';
import type { JsonObject } from '#lib/json.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import type { DiscoveredItem } from '../source-type.ts';
import { beginningOf } from '../web/body.ts';
import { type PageParts, resolveTitle, type WikiMerge, type WikiPage } from './answer.ts';
import { wikiItem } from './seeding.ts';
import { categoryNamespace, type MediawikiSettings } from './settings.ts';
import { resourceIdOfTitle, titleOfResourceId } from './title.ts';

export interface AliasChain {
  /** Of the page it leads to. */
  readonly namespace: number;
  /** From the name as the wiki writes it to the title of the page; one title when only the spelling differs. */
  readonly titles: readonly string[];
}

/** The length of the column. */
const maxLength = 500;
const written = /^alias:(\d+):(.+)$/s;

/** Null when it cannot be kept: the name is then asked for each time. `|` is in no title. */
export function writeAliasChain({ namespace, titles }: AliasChain): string | null {
  const text = `alias:${namespace}:${titles.join('|')}`;
  return titles.length > 0 && text.length <= maxLength ? text : null;
}

/** Null for anything else. */
export function readAliasChain(etag: string | null): AliasChain | null {
  const [, namespace, titles] = written.exec(etag ?? '') ?? [];
  if (namespace === undefined || titles === undefined) return null;
  return { namespace: Number(namespace), titles: titles.split('|') };
}

export type WikiItem = Pick<
  WorkItem,
  | 'resourceType'
  | 'resourceId'
  | 'priority'
  | 'revision'
  | 'etag'
  | 'lastModified'
  | 'runId'
  | 'depth'
  | 'attempt'
  | 'lastFetchedAt'
  | 'metadata'
>;

export type Verdict =
  | {
      readonly kind: 'failed';
      readonly code: ErrorCode;
      readonly message: string;
      /** The page as the wiki speaks of it; absent when it does not. */
      readonly missing?: WikiPage;
    }
  | {
      readonly kind: 'alias';
      readonly canonical: DiscoveredItem | null;
      readonly details: JsonObject;
      /** By which titles it leads there; null when the wiki does not say enough. */
      readonly chain: AliasChain | null;
    }
  | { readonly kind: 'unchanged'; readonly revision: string }
  | { readonly kind: 'current'; readonly parts: PageParts };

/** Everything but `current` is final with the first part of an answer already. */
export function judge(item: WikiItem, settings: MediawikiSettings, merge: WikiMerge): Verdict {
  const asked = titleOfResourceId(item.resourceId);
  const { title, redirects } = resolveTitle(merge, asked);
  if (merge.interwiki.has(title)) {
    return fault('title_invalid', `"${asked}" names a page of another wiki.`);
  }
  const parts = merge.pages.get(title);
  if (!parts) {
    // MediaWiki leaves out the page of a redirect that leads round in a circle.
    return redirects.length > 0
      ? fault('page_missing', `"${asked}" is a redirect that leads round in a circle.`)
      : fault('payload_invalid', `The wiki answered without the page "${asked}".`);
  }
  const { page } = parts;
  if (page.invalid || page.special) {
    const reason = beginningOf(page.invalidreason ?? 'it is not the title of a page');
    return fault('title_invalid', `The wiki does not accept "${asked}": ${reason}`);
  }
  const canonicalId = resourceIdOfTitle(page.title);
  if (canonicalId !== item.resourceId) {
    const [first] = redirects;
    const titles = first ? [first.from, ...redirects.map(({ to }) => to)] : [page.title];
    const chain = page.ns === undefined ? null : { namespace: page.ns, titles };
    return { kind: 'alias', chain, ...aliasOf(item, settings, chain ?? { titles }) };
  }
  const emptyCategory = item.resourceType !== 'category' || merge.members.length === 0;
  if (page.missing && emptyCategory) {
    return {
      kind: 'failed',
      code: 'page_missing',
      message: `The wiki has no page "${asked}".`,
      missing: page,
    };
  }
  const revision = revisionOf(page);
  // A category's members change without a revision of its page.
  if (item.resourceType !== 'category' && revision !== null && revision === item.revision) {
    return { kind: 'unchanged', revision };
  }
  return { kind: 'current', parts };
}

/** Where a name leads by these titles, and what the attempt says of it. */
export function aliasOf(
  item: WikiItem,
  settings: MediawikiSettings,
  { namespace, titles }: Partial<AliasChain> & Pick<AliasChain, 'titles'>,
): { readonly canonical: DiscoveredItem | null; readonly details: JsonObject } {
  const title = titles.at(-1) ?? '';
  const kind = namespace === categoryNamespace ? 'category' : 'page';
  const resourceType = item.resourceType === 'content' ? 'content' : kind;
  const follow = mayLeadTo(item, settings, namespace);
  const canonical = wikiItem(settings, resourceType, resourceIdOfTitle(title), item.priority);
  return {
    canonical: follow ? { ...canonical, isHop: false } : null,
    details: {
      alias_of: title,
      wiki_redirects: titles.slice(1).map((to, n) => ({ from: titles[n] ?? '', to })),
      ...(follow ? {} : { not_followed: 'namespace' }),
    },
  };
}

const fault = (code: ErrorCode, message: string): Verdict => ({ kind: 'failed', code, message });

export function revisionOf(page: WikiPage): string | null {
  const revision = page.lastrevid ?? page.revisions?.[0]?.revid;
  return revision === undefined ? null : String(revision);
}

/**
 * Whether a redirect may be followed into a namespace. The source's namespaces bind, as they do for
 * links; what a person named as a seed is fetched wherever it leads.
 */
function mayLeadTo(
  item: WikiItem,
  settings: MediawikiSettings,
  namespace: number | undefined,
): boolean {
  if (item.depth === 0 || settings.namespaces.some((one) => one === namespace)) return true;
  return item.resourceType === 'category' && namespace === categoryNamespace;
}
