/** How many pages are asked for in one request. Pure. */
import type { WikiItem } from './judge.ts';
import { titleOfResourceId } from './title.ts';

/** The API's limit for accounts without special rights. */
export const maxTitles = 50;
/** Of the encoded titles; many servers refuse addresses beyond 8 KiB. */
const maxTitlesLength = 6000;

/**
 * Divides items into what one request asks for. An item that failed before is asked for in smaller
 * company each time, in the end alone: a page that the wiki cannot deliver must not use up the
 * attempts of the others.
 */
export function portionsOf<I extends Pick<WikiItem, 'resourceId' | 'attempt'>>(
  items: readonly I[],
): I[][] {
  const portions: { readonly company: number; length: number; readonly items: I[] }[] = [];
  for (const item of items) {
    const company = companyOf(item.attempt);
    const length = encodeURIComponent(`|${titleOfResourceId(item.resourceId)}`).length;
    const open = portions.find(
      (portion) =>
        portion.company === company &&
        portion.items.length < company &&
        portion.length + length <= maxTitlesLength,
    );
    if (open) {
      open.items.push(item);
      open.length += length;
    } else portions.push({ company, length, items: [item] });
  }
  return portions.map((portion) => portion.items);
}

function companyOf(attempt: number): number {
  if (attempt <= 1) return maxTitles;
  return attempt === 2 ? 10 : 1;
}
