/** Lineage: where the item was discovered, and what was discovered in it. */
import { Link } from '#app/ui/link.tsx';
import { formatCount } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import type { RelatedItem, WorkItemDetail } from '#lib/items/detail.ts';

export function Lineage({ detail }: { readonly detail: WorkItemDetail }) {
  const { item, parent, children } = detail;
  const { count } = children;
  const total =
    count.kind === 'exact'
      ? formatCount(count.count)
      : count.kind === 'more'
        ? `more than ${formatCount(count.than)}`
        : 'many';
  return (
    <>
      <Section title="Discovered from">
        {parent ? (
          <Related item={parent} />
        ) : (
          <p className="text-sm text-ink-3">
            {item.discoveredFrom === null
              ? 'Nowhere: it is a seed.'
              : 'An item that no longer exists.'}
          </p>
        )}
      </Section>
      <Section
        title={`Discovered in it: ${total}`}
        {...(children.items.length > 0
          ? {
              aside: (
                <Link href={`/work-items?from=${item.workItemId}`} className="link">
                  Show in the list
                </Link>
              ),
            }
          : {})}
      >
        {children.items.length === 0 ? (
          <p className="text-sm text-ink-3">No further item was found in its payload.</p>
        ) : (
          <ul className="flex max-h-96 flex-col gap-1 overflow-y-auto">
            {children.items.map((child) => (
              <li key={child.workItemId}>
                <Related item={child} />
              </li>
            ))}
          </ul>
        )}
      </Section>
    </>
  );
}

function Related({ item }: { readonly item: RelatedItem }) {
  return (
    <span className="flex min-w-0 items-center gap-2">
      <StatusBadge status={item.status} />
      <Link href={`/work-items/${item.workItemId}`} className="min-w-0 truncate text-sm link">
        {item.resourceId}
      </Link>
      <span className="text-xs text-ink-3">{item.resourceType}</span>
    </span>
  );
}
