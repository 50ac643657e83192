/** One page, one resource: by which address a page wants to be known. Pure. */
import type { HttpResponse } from '#lib/egress/http-client.ts';
import { linkOf } from './link-header.ts';
import { canonicalUrl, maxUrlLength, sameHost } from './seeding.ts';
import { addressesIn } from './selector.ts';

/** As far as a page's head may reach, in characters. */
const headLength = 256 * 1024;

export interface OtherName {
  readonly url: string;
  readonly because: 'redirect' | 'canonical';
}

/**
 * The address a page goes by when it is not the one that was asked: where permanent redirects led, else
 * what it calls itself (`rel=canonical`, in a header or in its head; RFC 6596) as long as that is on the
 * same host: another host's page is another's resource. Null when it goes by its own.
 * @param html null for answers that are no page
 */
export function otherName(
  asked: string,
  response: Pick<HttpResponse, 'headers' | 'finalUrl' | 'redirects'>,
  html: string | null,
): OtherName | null {
  const own = canonicalUrl(asked);
  const { redirects, finalUrl } = response;
  const moved =
    redirects.length > 0 && redirects.every(({ status }) => status === 301 || status === 308);
  if (moved && canonicalUrl(finalUrl) !== own) {
    return { url: canonicalUrl(finalUrl), because: 'redirect' };
  }
  const said = linkOf(response.headers['link'], 'canonical') ?? canonicalOf(html);
  const url = said === null ? null : URL.parse(said, finalUrl);
  if (url === null) return null;
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return null;
  const canonical = canonicalUrl(url.href);
  if (canonical === own || canonical === canonicalUrl(finalUrl)) return null;
  return sameHost(canonical, finalUrl) && canonical.length <= maxUrlLength
    ? { url: canonical, because: 'canonical' }
    : null;
}

function canonicalOf(html: string | null): string | null {
  const head = html?.slice(0, headLength) ?? '';
  // Most pages are not parsed for nothing.
  if (!/rel\s*=\s*["']?[^"'>]*canonical/i.test(head)) return null;
  return addressesIn(head, ['link[rel~=canonical]']).addresses[0]?.trim() ?? null;
}
