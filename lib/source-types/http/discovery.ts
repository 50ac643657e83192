import { z } from 'zod';
import type { JsonValue } from '#lib/json.ts';
import type { WorkItem } from '#lib/work-items/model.ts';
import type { DiscoveredItem, SourceContext } from '../source-type.ts';
import { canonicalUrl, httpItem, maxUrlLength, sameHost } from './seeding.ts';
import { addressesIn, isJsonPath, textsAt } from './selector.ts';
import type { HttpSettings } from './settings.ts';

const textPayload = z.object({
  content_type: z.string(),
  url: z.string().optional(),
  text: z.string(),
});

/** Links go behind the page they were found on. */
const linkStep = 10;

/** The http and https links of an answer by the configured selectors, each once; never itself. */
export function httpDiscover(
  item: Pick<WorkItem, 'requestUri' | 'resourceType' | 'priority'>,
  payload: JsonValue,
  { settings }: Pick<SourceContext<HttpSettings>, 'settings'>,
): DiscoveredItem[] {
  const rules = settings.discovery;
  if (!rules.enabled) return [];
  const text = textPayload.safeParse(payload);
  const { addresses, base } = text.success
    ? linksOfText(text.data, item.requestUri, rules.links)
    : {
        addresses: rules.links.filter(isJsonPath).flatMap((path) => textsAt(payload, path)),
        base: item.requestUri,
      };
  const urls = new Set(addresses.flatMap((address) => followable(address, base) ?? []));
  urls.delete(canonicalUrl(item.requestUri));
  return [...urls]
    .filter((url) => !rules.same_host || sameHost(url, item.requestUri))
    .map((url) => httpItem(url, item.resourceType, item.priority + linkStep));
}

function linksOfText(
  payload: z.infer<typeof textPayload>,
  requestUri: string,
  links: readonly string[],
): { readonly addresses: readonly string[]; readonly base: string } {
  const page = payload.url ?? requestUri;
  if (!/html|xml/.test(payload.content_type)) return { addresses: [], base: page };
  const found = addressesIn(
    payload.text,
    links.filter((link) => !isJsonPath(link)),
  );
  const base =
    found.base !== null && URL.canParse(found.base, page) ? new URL(found.base, page).href : page;
  return { addresses: found.addresses, base };
}

/** The canonical address of a link, or null when it is not one a crawler follows. */
function followable(address: string, base: string): string | null {
  if (!URL.canParse(address.trim(), base)) return null;
  const url = new URL(address.trim(), base);
  const fetchable = url.protocol === 'http:' || url.protocol === 'https:';
  if (!fetchable || url.username !== '' || url.password !== '') return null;
  const canonical = canonicalUrl(url.href);
  return canonical.length <= maxUrlLength ? canonical : null;
}
