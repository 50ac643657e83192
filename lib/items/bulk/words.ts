/** A bulk action in words, for the audit log and the console. */
import type { CountResult } from '#lib/paging/capped-count.ts';
import { changeOutcome, changeVerb } from '../changes/change-words.ts';
import type { BulkAction, BulkChange } from './model.ts';

const whole = (count: number) => count.toLocaleString('en-US');
const items = (count: number) => (count === 1 ? '1 item' : `${whole(count)} items`);

/** "Recrawl", "Set priority to 5", "Undo: Skip". */
export const bulkVerb = (change: BulkChange): string =>
  change.action === 'undo' ? `Undo: ${changeVerb(change.of)}` : changeVerb(change);

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

/** "1,234 items were skipped", "1,234 items would be changed". */
export function bulkOutcome({
  change,
  changed,
  isDryRun,
}: Pick<BulkAction, 'change' | 'changed' | 'isDryRun'>): string {
  if (isDryRun) return `${items(changed)} would be changed`;
  return change.action === 'undo'
    ? `${items(changed)} ${changed === 1 ? 'is as it was' : 'are as they were'} before`
    : changeOutcome(change, changed);
}
