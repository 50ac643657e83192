/**
 * Whether a page goes by another address. A redirect for good says so beyond doubt. A canonical address is a claim, and
 * a page that is wrongly taken for another is lost, so the claim is checked: the named page is asked once.
 */
import type { HttpResponse } from '#lib/egress/http-client.ts';
import { hostOf } from '#lib/egress/url.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import type { DiscoveredItem } from '../source-type.ts';
import { baseOf, canonicalUrl, followable, sameHost, sameSite } from '../web/addresses.ts';
import { type Named, readsAs, unnamed } from '../web/canonical.ts';
import { linkOf } from '../web/headers.ts';
import { namesOf, windowsIn } from '../web/heavy-reading.ts';
import { countNaming, type NamedPage, NameMemory, type SiteMemory } from './name-memory.ts';
import { droppedOf, httpItem, withChange } from './seeding.ts';
import type { HttpSettings } from './settings.ts';
import { isWanted } from './site-rules.ts';

export type KeptBecause =
  /** It names more than one. */
  | 'names_several'
  /** It is another's page to say so of. */
  | 'other_host'
  /** The source's rules leave it out. */
  | 'excluded'
  | 'not_there'
  | 'disallowed'
  /** The named page redirects. */
  | 'moves_on'
  /** The named page goes by another name itself, this one's perhaps. */
  | 'names_another'
  | 'reads_differently'
  /** It is the home page, which a page further down is not. */
  | 'home_page'
  /** Most pages of the site give this one name. */
  | 'most_name_it'
  /** Of the names that its site gives, hardly any held. */
  | 'names_proved_wrong';

export type Judgement =
  | { readonly kind: 'own' }
  | {
      readonly kind: 'alias';
      readonly because: 'redirect' | 'canonical';
      readonly url: string;
      /** Null where the source's rules leave it out. */
      readonly canonical: DiscoveredItem | null;
    }
  | {
      readonly kind: 'kept';
      readonly because: KeptBecause;
      readonly url: string;
      /** The named page is there, and another. */
      readonly leadsTo: readonly DiscoveredItem[];
    };

type HttpItem = Pick<
  WorkItem,
  'requestUri' | 'requestMethod' | 'resourceType' | 'priority' | 'metadata' | 'depth'
>;

/** An answer as far as it was read. */
export interface ReadPage {
  readonly response: Pick<HttpResponse, 'status' | 'headers' | 'finalUrl' | 'redirects'>;
  readonly text: string;
  readonly isHtml: boolean;
}

export interface NameQuestion {
  readonly item: HttpItem;
  readonly sourceName: string;
  readonly settings: HttpSettings;
  /** Asks for the page of a name; null when it is not there. Throws AppError when it may not or cannot be asked. */
  readonly ask: (url: string) => Promise<ReadPage | null>;
}

const memory = new NameMemory();
const own: Judgement = { kind: 'own' };

/** Names of a site that have to prove wrong before no more are tried; each that held makes up for some. */
const mostWrong = 8;
const wrongPerRight = 4;
/** What a page may show beyond the one it names, as a share: of one path, or of two. */
const ownOfVariant = 0.1;
const ownOfAnother = 0.02;
/** Fewer pages are no majority. */
const leastNaming = 4;

/** What becomes of a page by the names that it or its server gives it. */
export async function judgeNames(page: ReadPage, question: NameQuestion): Promise<Judgement> {
  const { item, settings, sourceName } = question;
  if (!settings.one_address || item.requestMethod !== 'GET') return own;
  // The target of a name is not sent on any further.
  if (item.metadata?.['canonical'] === true) return own;
  const moved = movedTo(item, page.response, settings);
  if (moved !== null) return aliasOf(moved, 'redirect', question);

  const names = await namesOfPage(page, settings);
  const [name] = names;
  if (name === undefined) return own;
  const site = memory.site(sourceName, hostOf(item.requestUri) ?? '');
  site.judged += 1;
  const selves = [canonicalUrl(item.requestUri), canonicalUrl(page.response.finalUrl)];
  if (names.length > 1) return kept(name, 'names_several');
  if (selves.includes(name)) return own;
  if (!sameHost(name, item.requestUri)) return kept(name, 'other_host');
  if (!isWanted(name, settings.site, () => undefined)) return kept(name, 'excluded');
  if (isHome(name) && !isHome(item.requestUri)) return kept(name, 'home_page');
  const isVariant = withoutQuery(name) === withoutQuery(item.requestUri);
  if (!isVariant) countNaming(site, name);
  const distrusted = distrustOf(site, name);
  if (distrusted !== null) return kept(name, distrusted);
  const named = await pageOf(name, question);
  const fault = 'fault' in named ? named.fault : await differenceOf(page, named.windows, isVariant);
  if (fault === null) {
    site.followed += 1;
    return aliasOf(name, 'canonical', question);
  }
  site.kept += 1;
  return fault === 'reads_differently'
    ? kept(name, fault, linkTo(name, question))
    : kept(name, fault);
}

const kept = (
  url: string,
  because: KeptBecause,
  leadsTo: readonly DiscoveredItem[] = [],
): Judgement => ({ kind: 'kept', because, url, leadsTo });

/** Where redirects for good led; null when nowhere else. */
function movedTo(
  item: HttpItem,
  { redirects, finalUrl }: ReadPage['response'],
  settings: HttpSettings,
): string | null {
  const forGood =
    redirects.length > 0 && redirects.every(({ status }) => status === 301 || status === 308);
  const there = followable(finalUrl, finalUrl, droppedOf(settings));
  return forGood && there !== canonicalUrl(item.requestUri) ? there : null;
}

/** Distinct addresses that the page's head and its server call it by; those that are no address are left out. */
async function namesOfPage(
  { response, text, isHtml }: ReadPage,
  settings: HttpSettings,
): Promise<string[]> {
  const inHead: Named = isHtml ? await namesOf(text) : unnamed;
  const inHeader = linkOf(response.headers['link'], 'canonical');
  const base = baseOf(inHead.base, response.finalUrl);
  const said = [
    ...inHead.addresses.map((address) => followable(address, base, droppedOf(settings))),
    inHeader === null ? null : followable(inHeader, response.finalUrl, droppedOf(settings)),
  ];
  return [...new Set(said.flatMap((one) => one ?? []))];
}

function distrustOf(site: SiteMemory, name: string): KeptBecause | null {
  const count = site.naming.get(name) ?? 0;
  if (count >= leastNaming && count * 2 > site.judged) return 'most_name_it';
  return site.kept > mostWrong + wrongPerRight * site.followed ? 'names_proved_wrong' : null;
}

/** The page of a name as it reads; asked once for all pages that give it. */
async function pageOf(name: string, question: NameQuestion): Promise<NamedPage> {
  const known = memory.page(question.sourceName, name);
  if (known) return known;
  const page = await askFor(name, question);
  memory.keepPage(question.sourceName, name, page);
  return page;
}

async function askFor(name: string, question: NameQuestion): Promise<NamedPage> {
  try {
    const page = await question.ask(name);
    if (page === null) return { fault: 'not_there' };
    const final = canonicalUrl(page.response.finalUrl);
    if (final !== name) return { fault: 'moves_on' };
    const its = await namesOfPage(page, question.settings);
    if (its.some((one) => one !== name)) return { fault: 'names_another' };
    return { windows: Uint32Array.from(await windowsIn(page.text, page.isHtml)) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { fault: error.code === 'robots_disallowed' ? 'disallowed' : 'not_there' };
  }
}

async function differenceOf(
  page: ReadPage,
  there: Uint32Array,
  isVariant: boolean,
): Promise<KeptBecause | null> {
  const here = await windowsIn(page.text, page.isHtml);
  return readsAs(here, there, isVariant ? ownOfVariant : ownOfAnother) ? null : 'reads_differently';
}

const isHome = (url: string): boolean =>
  /^\/((index|default|home)(\.[a-z]{2,5})?)?$/i.test(new URL(url).pathname);

const withoutQuery = (url: string): string => canonicalUrl(url).split('?', 1)[0] ?? url;

function aliasOf(
  url: string,
  because: 'redirect' | 'canonical',
  { item, settings }: NameQuestion,
): Judgement {
  // The source's rules bind as they do for links; what a person named is followed wherever it leads.
  const { discovery, site } = settings;
  const follow =
    item.depth === 0 ||
    ((!discovery.same_host || sameSite(url, item.requestUri)) &&
      isWanted(url, site, () => undefined));
  const said = item.metadata?.['changed_at'];
  const target = withChange(
    httpItem(url, item.resourceType, item.priority),
    typeof said === 'string' ? said : null,
  );
  const canonical = follow
    ? { ...target, metadata: { ...item.metadata, canonical: true }, isHop: false }
    : null;
  return { kind: 'alias', because, url, canonical };
}

const linkTo = (url: string, { item, settings }: NameQuestion): DiscoveredItem[] =>
  settings.discovery.enabled && isWanted(url, settings.site, () => undefined)
    ? [{ ...httpItem(url, item.resourceType, item.priority), isHop: false }]
    : [];
