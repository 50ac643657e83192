/**
 * What a page calls itself (`rel=canonical`, RFC 6596), in its head or in a header, and whether two pages read alike:
 * such a name is a claim, and more often wrong than its authors know. Pure.
 */
import { addressesIn, pageIn } from './selector.ts';

/** As far as a page's head may reach, in characters. */
const headLength = 256 * 1024;

export interface Named {
  /** Distinct, as they are written. */
  readonly addresses: readonly string[];
  /** What they are relative to, as the page says; null = the page's own address. */
  readonly base: string | null;
}

export const unnamed: Named = { addresses: [], base: null };

/** What the page's head calls it; what stands in its body is not the author's word. Throws PageTooHeavy on the event loop. */
export function namesIn(html: string): Named {
  const beginning = html.slice(0, headLength);
  // Most pages are not parsed for nothing.
  if (!/rel\s{0,9}=\s{0,9}["']?[^"'>]{0,100}canonical/i.test(beginning)) return unnamed;
  const body = beginning.search(/<body[\s>]/i);
  const head = body === -1 ? beginning : beginning.slice(0, body);
  const { addresses, base } = addressesIn(head, ['head link[rel~=canonical]']);
  return { addresses: [...new Set(addresses.map((one) => one.trim()))].filter(Boolean), base };
}

/** Words that stand together are compared as one. */
const wordsOfWindow = 3;
/** Of one page; more of it is not looked at. */
const mostWords = 20_000;
/** What no reader sees as text. */
const unread = new Set(['script', 'style', 'template', 'noscript', 'head']);

/**
 * Hashes of each three words in a row that a page shows, each once; of one with fewer words, of all of them. Empty for
 * what shows none. Throws PageTooHeavy on the event loop.
 */
export function windowsOf(text: string, isPage: boolean): number[] {
  const words = (isPage ? textOfPage(text) : text.slice(0, 1024 * 1024))
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  if (words === null) return [];
  const windows = new Set<number>();
  const last = Math.min(mostWords, words.length) - wordsOfWindow;
  for (let at = 0; at <= Math.max(0, last); at += 1) {
    windows.add(hashOf(words.slice(at, at + wordsOfWindow).join(' ')));
  }
  return [...windows];
}

function textOfPage(html: string): string {
  const parts: string[] = [];
  const open = pageIn(html).page.root().contents().toArray().reverse();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.type === 'text') parts.push(node.data);
    else if ('children' in node && !('name' in node && unread.has(node.name))) {
      for (const child of node.children.toReversed()) open.push(child);
    }
  }
  return parts.join(' ');
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}

/** A line more or less ("Printed on …") makes no other page: windows that the other may lack. */
const mostOwnWindows = 12;

/**
 * Whether all but a little of what one page shows stands on the other too. What shows nothing is like nothing.
 * @param ownShare that little, as a share of the page: short pages with one menu are not all the same
 */
export function readsAs(
  page: readonly number[],
  other: Iterable<number>,
  ownShare: number,
): boolean {
  if (page.length === 0) return false;
  const there = new Set(other);
  const own = page.filter((one) => !there.has(one)).length;
  return own <= Math.min(mostOwnWindows, page.length * ownShare);
}
