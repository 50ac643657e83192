/** Which addresses a source follows, by its rules and by what they look like. Pure but for today's date. */
import type { LeaveOut } from '../left-out.ts';
import type { DiscoveredItem } from '../source-type.ts';
import { type Matcher, matcherOf } from './patterns.ts';
import { folderShare, type SiteSettings } from './site-settings.ts';

/** A page has many links, and one set of rules. */
const compiled = new WeakMap<SiteSettings, Rules>();

interface Rules {
  readonly include: readonly Matcher[];
  readonly exclude: readonly Matcher[];
  readonly extensions: ReadonlySet<string>;
}

function rulesOf(site: SiteSettings): Rules {
  const known = compiled.get(site);
  if (known) return known;
  const rules = {
    include: site.include.map(matcherOf),
    exclude: site.exclude.map(matcherOf),
    extensions: new Set(site.skip_extensions),
  };
  compiled.set(site, rules);
  return rules;
}

/** Whether an address that was found is followed; if not, it is noted why. */
export function isWanted(address: string, site: SiteSettings, leave: LeaveOut): boolean {
  const { include, exclude, extensions } = rulesOf(site);
  const hasRules = include.length + exclude.length + extensions.size > 0;
  if (!hasRules && !(site.skip_traps && maybeTrap(address))) return true;
  const url = new URL(address);
  const extension = /\.([a-z0-9]{1,20})$/i.exec(url.pathname)?.[1]?.toLowerCase() ?? '';
  const isMeant =
    (include.length === 0 || include.some((matches) => matches(url))) &&
    !exclude.some((matches) => matches(url)) &&
    !extensions.has(extension);
  if (!isMeant) leave('excluded');
  else if (site.skip_traps && isTrap(url)) leave('trap');
  else return true;
  return false;
}

/** A page with the shares that it counts into: of its host, and of folders. */
export function withShares(item: DiscoveredItem, site: SiteSettings): DiscoveredItem {
  const { most_per_host: most, most_per_folder: folders } = site;
  if (most === 0 && folders.length === 0) return item;
  const address = item.requestUri;
  const { origin } = new URL(address);
  const ofFolders = folders.flatMap((line) => {
    const [, folder = '', count = ''] = folderShare.exec(line) ?? [];
    const idPrefix = folder.startsWith('/') ? `${origin}${folder}` : folder;
    return address.startsWith(idPrefix) ? [{ idPrefix, most: Number(count) }] : [];
  });
  const shares = [...(most > 0 ? [{ idPrefix: `${origin}/`, most }] : []), ...ofFolders];
  return { ...item, shares };
}

/** Whether an answer of this content type is stored. One that names none is. */
export const isStoredType = (mediaType: string, { content_types: types }: SiteSettings): boolean =>
  types.length === 0 ||
  mediaType === '' ||
  types.some((type) =>
    type.endsWith('/*') ? mediaType.startsWith(type.slice(0, -1)) : mediaType === type,
  );

/** What names a campaign or a click, and no page. */
export const trackingParameters = [
  ...['utm_*', 'mtm_*', 'pk_campaign', 'pk_kwd', 'pk_keyword', 'pk_source', 'pk_medium', 'hsa_*'],
  ...['_hsenc', '_hsmi', 'mc_cid', 'mc_eid', 'fbclid', 'gclid', 'gclsrc'],
  ...['dclid', 'gbraid', 'wbraid', 'msclkid', 'twclid', 'ttclid', 'li_fat_id', 'igshid', 'yclid'],
  ...['_openstat', '_ga', '_gl', 'oly_anon_id', 'oly_enc_id', 'vero_id', 'wickedid', 'srsltid'],
];

/** What names a visit. */
export const sessionParameters = [
  ...['PHPSESSID', 'phpsessid', 'JSESSIONID', 'jsessionid', 'ASPSESSIONID*', 'aspsessionid*'],
  ...['sid', 'SID', 'session_id', 'sessionid', 'sessionId', 'SessionId', 'SESSIONID'],
  ...['CFID', 'CFTOKEN', 'cfid', 'cftoken', 'zenid', 'osCsid', 'oscsid', 's_id'],
];

/** Three segments or four parameters are the least that repeats or piles up: most addresses need no closer look. */
const maybePiled = /^(?:[^/]*\/){5}|^(?:[^&]*&){3}/;
const maybeYear = /\D(?:1[89]|2\d)\d\d/;
const ofCalendars =
  /calend|kalend|agenda|events?\b|\/cal\b|termine?\b|veranstaltung|schedule|whats-?on|\/(?:day|week|month)\/|[?&](month|year|date|day|week|ym|y)=/i;

const maybeTrap = (address: string): boolean =>
  maybePiled.test(address) || (maybeYear.test(address) && ofCalendars.test(address));

/** As often as a segment may stand in a path, and in a row. */
const mostRepeats = 3;
const mostInARow = 2;
/** More parameters, or more of one name, are piled up by links to the page itself. */
const mostParameters = 20;
const mostOfOneName = 5;
/** Of calendars, years from now. */
const yearsAway = 2;

function isTrap(url: URL): boolean {
  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  return repeats(segments) || pilesUp(url.searchParams) || isFarDay(url);
}

/** `/a/b/a/b/a/b`, `/x/x/x`: relative links that are resolved against themselves. */
function repeats(segments: readonly string[]): boolean {
  const counts = new Map<string, number>();
  let inARow = 1;
  for (const [index, segment] of segments.entries()) {
    inARow = index > 0 && segments[index - 1] === segment ? inARow + 1 : 1;
    // Numbers, as of dates, repeat by themselves.
    if (inARow > mostInARow && !/^\d+$/.test(segment)) return true;
    const pair = `${segments[index - 1] ?? ''}/${segment}`;
    const count = (counts.get(pair) ?? 0) + 1;
    if (index > 0 && count >= mostRepeats && !/^\d+$/.test(segment)) return true;
    counts.set(pair, count);
  }
  return false;
}

function pilesUp(parameters: URLSearchParams): boolean {
  const counts = new Map<string, number>();
  for (const [name] of parameters) counts.set(name, (counts.get(name) ?? 0) + 1);
  return parameters.size > mostParameters || Math.max(0, ...counts.values()) > mostOfOneName;
}

/** A day or month of a calendar that nobody has planned for, or keeps any more. */
function isFarDay({ pathname, search }: URL): boolean {
  const text = `${pathname}${search}`;
  if (!ofCalendars.test(text)) return false;
  const now = new Date().getUTCFullYear();
  // A year stands alone or with its month; longer numbers are something else.
  const years = [...text.matchAll(/(?<!\d)((?:1[89]|2[0-9])\d\d)(?!\d{3,})/g)].map(([, year]) =>
    Number(year),
  );
  return years.some((year) => Math.abs(year - now) > yearsAway);
}
