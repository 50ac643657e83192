/** What is known of an item: its facts, some of which the drawer lists too, and its lineage. */

import { ItemStatusBadge } from '#app/_shared/item-words.tsx';
import { CopyId } from '#app/ui/copy.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { KeyValue, None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { MiddleCut } from '#app/ui/middle-cut.tsx';
import { countOf, formatCount, Num } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { Time } from '#app/ui/time.tsx';
import { remedyOf } from '#lib/errors/codes.ts';
import type { RelatedItem, WorkItemDetail, WorkItemPreview } from '#lib/items/detail.ts';
import { refetchWords } from '#lib/revisit/refetch-words.ts';

export function ItemFacts({ detail }: { readonly detail: WorkItemDetail }) {
  const { item } = detail;
  return (
    <Section title="Facts">
      <KeyValue
        entries={[
          ...(item.errorMessage
            ? [
                {
                  label: 'Error',
                  value: (
                    <>
                      <span className="text-failed">
                        {item.errorMessage} {item.errorCode ? <code>{item.errorCode}</code> : null}
                      </span>
                      <span className="block text-ink-2">{remedyOf(item.errorCode)}</span>
                    </>
                  ),
                },
              ]
            : []),
          ...(detail.missingSince
            ? [
                {
                  label: 'Missing since',
                  value: (
                    <>
                      <Time at={detail.missingSince} />
                      {detail.isGoneBelieved ? null : (
                        <span className="block text-xs text-ink-2">
                          not believed: its source was in quarantine then
                        </span>
                      )}
                    </>
                  ),
                },
              ]
            : []),
          sourceEntry(detail),
          { label: 'Type', value: `${item.sourceSystem} · ${item.resourceType}` },
          runEntry(detail),
          priorityEntry(detail),
          { label: 'Attempts', value: <Num value={item.attempt} /> },
          { label: 'Depth', value: <Num value={item.depth} /> },
          {
            label: 'Host',
            value:
              item.host === null ? (
                <None />
              ) : (
                <Link href={`/hosts/${encodeURIComponent(item.host)}`} className="link mono">
                  {item.host}
                </Link>
              ),
          },
          { label: 'Created', value: <Time at={item.createdAt} /> },
          { label: 'Changed', value: <Time at={item.updatedAt} /> },
          ...fetchEntries(detail),
          {
            label: 'Checks',
            value: (
              <span className="num">
                {item.checkCount}, with {countOf(item.changeCount, 'change')} found
              </span>
            ),
          },
          { label: 'Revision', value: item.revision ?? <None /> },
          { label: 'ETag', value: item.etag ? <code>{item.etag}</code> : <None /> },
          { label: 'Last-Modified', value: item.lastModified ?? <None /> },
          { label: 'Dedupe key', value: <CopyId id={item.dedupeKey} text={item.dedupeKey} /> },
        ]}
      />
    </Section>
  );
}

export function sourceEntry({ item, sourceId }: Pick<WorkItemPreview, 'item' | 'sourceId'>) {
  const value = sourceId ? (
    <Link href={`/sources/${sourceId}`} className="link">
      <Foreign text={item.sourceName} />
    </Link>
  ) : (
    item.sourceName
  );
  return { label: 'Source', value };
}

export function runEntry({ run }: Pick<WorkItemPreview, 'run'>) {
  const value = run ? (
    <Link href={`/runs/${run.runId}`} className="link">
      <Foreign text={run.name} />
    </Link>
  ) : (
    <None word="no run" />
  );
  return { label: 'Run', value };
}

export const priorityEntry = ({ item }: Pick<WorkItemPreview, 'item'>) => ({
  label: 'Priority',
  value: <Num value={item.priority} />,
});

/** When it was fetched, and when it will be again. */
export const fetchEntries = ({ item }: Pick<WorkItemPreview, 'item'>) => [
  { label: 'Last fetched', value: <Time at={item.lastFetchedAt} /> },
  { label: 'Last new content', value: <Time at={item.lastChangedAt} /> },
  { label: 'Next due', value: <Time at={item.nextFetchAt} absent="not planned" /> },
  { label: 'Fetched again', value: refetchWords(item.refetch) },
];

/** Where the item was discovered, and what was discovered in it. */
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
      <ItemStatusBadge item={item} />
      <Link href={`/work-items/${item.workItemId}`} className="flex min-w-0 text-sm link">
        <MiddleCut text={item.resourceId} />
      </Link>
      <span className="text-xs text-ink-3">{item.resourceType}</span>
    </span>
  );
}
