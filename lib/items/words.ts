/** Counts of items in words: in dialogs, notices, pages and the audit log. Pure, for the browser as well. */
import type { CountResult } from '#lib/paging/capped-count.ts';

/** "1,234". */
export const whole = (count: number): string => count.toLocaleString('en-US');

/** "1 item", "1,234 items". */
export const items = (count: number): string => (count === 1 ? '1 item' : `${whole(count)} items`);

/** "1 item was", "1,234 items were". */
export const itemsWere = (count: number): string =>
  `${items(count)} ${count === 1 ? 'was' : 'were'}`;

/** "1,234 items", "more than 10,000 items". */
export function countInWords(count: CountResult): string {
  switch (count.kind) {
    case 'exact':
      return items(count.count);
    case 'more':
      return `more than ${items(count.than)}`;
    case 'at_least':
      return `at least ${items(count.count)}`;
    case 'unknown':
      return 'too many items to count in two seconds';
  }
}
