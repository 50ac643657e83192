/** How background actions stand and what they are about, in words and marks. */

import { valueInWords } from '#app/_shared/filters/value-in-words.ts';
import { itemList } from '#app/_shared/item-filters.ts';

import { Link } from '#app/ui/link.tsx';
import { countOf } from '#app/ui/num.tsx';
import type { OutcomeCounts } from '#app/ui/outcome-bar.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import type { BulkAction } from '#lib/items/bulk/model.ts';
import type { FrozenScope } from '#lib/items/bulk/scope.ts';

export function BulkStatus({
  action,
}: {
  readonly action: Pick<BulkAction, 'status' | 'processed'>;
}) {
  switch (action.status) {
    case 'running':
      return <StatusBadge status={action.processed === 0 ? 'pending' : 'running'} />;
    case 'aborted':
      return <StatusBadge status="stopped" />;
    default:
      return <StatusBadge status={action.status} />;
  }
}

/** Items to go; null when it is not known how many there are. */
export function itemsToGo({ expected, processed, status }: BulkAction): number | null {
  if (status === 'completed') return 0;
  return expected.kind === 'exact' ? Math.max(0, expected.count - processed) : null;
}

export const bulkCounts = (action: BulkAction): OutcomeCounts => ({
  completed: action.changed,
  skipped: action.refused,
  pending: itemsToGo(action) ?? (action.status === 'running' ? action.processed : 0),
});

/** What the parts of the outcome bar mean here. */
export const bulkPartWords = (isDryRun: boolean) => ({
  completed: isDryRun ? 'would be changed' : 'changed',
  skipped: 'left as they are',
  pending: 'not looked at',
});

/** The filter as the chips of the list say it, or the number of items that were picked. */
export function ScopeWords({ scope }: { readonly scope: FrozenScope | null }) {
  if (scope === null) return <>What another action changed</>;
  if ('ids' in scope) return <>{countOf(scope.ids.length, 'item')}, picked one by one</>;
  const parts = Object.entries(scope.filter).map(([name, value]) => {
    const definition = itemList.byName.get(name);
    return definition ? `${definition.label}: ${valueInWords(definition, value)}` : value;
  });
  return (
    <Link href={itemList.href({}, scope.filter)} className="link">
      {parts.length > 0 ? parts.join(', ') : 'All items'}
    </Link>
  );
}
