/** What a page says to crawlers beside its links: `<meta name=robots>`, `X-Robots-Tag`, `<meta http-equiv=refresh>`. Pure. */
import { productsOf } from './robots-rules.ts';

/** Directives that hold a value: before their colon stands no crawler's name. */
const withValues = /^(unavailable_after|max-snippet|max-image-preview|max-video-preview)$/;
const longest = 4_000;

/**
 * Whether the links of an answer are to be followed, by its `X-Robots-Tag`: `nofollow, noindex` is for all, and
 * `somebot: nofollow` for the crawler of that name, up to the next name or the next such header.
 * @param header several have line feeds between them
 */
export const headerForbidsLinks = (header: string | undefined, userAgent: string): boolean =>
  (header ?? '')
    .slice(0, longest)
    .split('\n')
    .some((line) => lineForbidsLinks(line, userAgent));

function lineForbidsLinks(line: string, userAgent: string): boolean {
  let isMeant = true;
  for (const part of line.split(',')) {
    const colon = part.indexOf(':');
    const name = colon === -1 ? '' : part.slice(0, colon).trim().toLowerCase();
    const names = colon !== -1 && !withValues.test(name);
    if (names) isMeant = isCalled(userAgent, name);
    if (isMeant && forbids(names ? part.slice(colon + 1) : part)) return true;
  }
  return false;
}

/** The same of one `<meta>` element. */
export const metaForbidsLinks = (name: string, content: string, userAgent: string): boolean =>
  isCalled(userAgent, name.trim().toLowerCase()) &&
  content.slice(0, longest).split(',').some(forbids);

const forbids = (directive: string): boolean => /^(nofollow|none)$/i.test(directive.trim());

/** By any token of its user agent, as robots.txt does. */
function isCalled(userAgent: string, name: string): boolean {
  if (name === 'robots' || name === '*') return true;
  return productsOf(userAgent).includes(name);
}

/** Where `5; url='/next'` leads (HTML standard, "shared declarative refresh steps"); null when nowhere. */
export function refreshTarget(content: string): string | null {
  const match = /^\s*[\d.]*\s*[;,\s]\s*(?:url\s*=\s*)?(?!url\s*=)(.+)$/is.exec(
    content.slice(0, longest),
  );
  const target = match?.[1]?.trim() ?? '';
  const quote = target[0];
  const end = quote === '"' || quote === "'" ? target.indexOf(quote, 1) : -1;
  const address =
    quote === '"' || quote === "'" ? target.slice(1, end === -1 ? undefined : end) : target;
  return address.trim() === '' ? null : address.trim();
}
