/** The columns of the work-item list: what each shows, how it sorts, whether it is shown at first. */

import type { ReactNode } from 'react';
import { ItemStatusBadge } from '#app/_shared/item-words.tsx';
import { None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { MiddleCut } from '#app/ui/middle-cut.tsx';
import { Num, shortId } from '#app/ui/num.tsx';
import type { Align } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import type { WorkItemSummary } from '#lib/items/list/list.ts';
import type { WorkItemSort } from '#lib/items/list/sorts.ts';

export interface ListColumn {
  readonly id: string;
  readonly label: string;
  readonly sort?: WorkItemSort;
  readonly align?: Align;
  /** False for columns a person adds through the chooser. */
  readonly isShown: boolean;
  /** Without them a row would say nothing. */
  readonly isFixed?: boolean;
  /** Where the person chose none; room for the heading and for what usually stands below it. */
  readonly widthPx: number;
  /** Of a column that is as wide as its texts: these, and how wide it may become on its own. */
  readonly fits?: {
    readonly text: (item: WorkItemSummary) => string | null;
    /** Of one character, px. */
    readonly charPx: number;
    readonly leastPx: number;
    readonly mostPx: number;
  };
  /** The whole text of a cell that may be cut off. */
  readonly title?: (item: WorkItemSummary) => string;
  /** @param differsAt where its resource differs from the others of the page */
  readonly cell: (item: WorkItemSummary, differsAt?: number) => ReactNode;
}

export const listColumns: readonly ListColumn[] = [
  {
    id: 'status',
    isFixed: true,
    widthPx: 112,
    label: 'Status',
    isShown: true,
    // A flex box, so that the badge stands in the middle of the row and not on its line of text.
    cell: (item) => (
      <span className="flex">
        <ItemStatusBadge item={item} />
      </span>
    ),
  },
  {
    id: 'resource',
    isFixed: true,
    widthPx: 176,
    label: 'Resource',
    sort: 'resource_id',
    isShown: true,
    cell: (item, differsAt) => (
      <Link
        href={`/work-items/${item.workItemId}`}
        title={item.requestUri}
        data-opens-item
        className="block font-medium text-ink hover:text-accent hover:underline"
      >
        <MiddleCut text={item.resourceId} differsAt={differsAt} />
      </Link>
    ),
  },
  {
    id: 'source',
    widthPx: 116,
    label: 'Source',
    isShown: true,
    fits: { text: (item) => item.sourceName, charPx: 7.2, leastPx: 76, mostPx: 240 },
    title: (item) => item.sourceName,
    cell: (item) => item.sourceName,
  },
  {
    id: 'type',
    widthPx: 80,
    label: 'Type',
    isShown: true,
    fits: { text: (item) => item.resourceType, charPx: 7.2, leastPx: 64, mostPx: 180 },
    title: (item) => item.resourceType,
    cell: (item) => item.resourceType,
  },
  {
    id: 'priority',
    widthPx: 86,
    label: 'Priority',
    sort: 'priority',
    align: 'right',
    isShown: true,
    cell: (item) => <Num value={item.priority} />,
  },
  {
    id: 'attempts',
    widthPx: 78,
    label: 'Attempts',
    align: 'right',
    isShown: true,
    cell: (item) => <Num value={item.attempt} />,
  },
  {
    id: 'fetched',
    widthPx: 116,
    label: 'Last fetched',
    sort: 'last_fetched_at',
    isShown: true,
    cell: (item) => <Time at={item.lastFetchedAt} />,
  },
  {
    id: 'http',
    widthPx: 56,
    label: 'HTTP',
    align: 'right',
    isShown: true,
    cell: (item) =>
      item.lastHttpStatus === null ? <None /> : <span className="num">{item.lastHttpStatus}</span>,
  },
  {
    id: 'error',
    widthPx: 136,
    label: 'Error',
    isShown: true,
    fits: {
      text: (item) => item.errorCode ?? item.errorMessage,
      charPx: 7.9,
      leastPx: 72,
      mostPx: 300,
    },
    cell: (item) =>
      item.errorCode === null && item.errorMessage === null ? (
        <None />
      ) : (
        <span
          title={item.errorMessage ?? ''}
          className={`mono block truncate ${item.status === 'failed' ? 'text-failed' : 'text-ink-2'}`}
        >
          {item.errorCode ?? item.errorMessage}
        </span>
      ),
  },
  {
    id: 'run',
    widthPx: 88,
    label: 'Run',
    isShown: true,
    cell: (item) =>
      item.runId === null ? (
        <None />
      ) : (
        <Link href={`/runs/${item.runId}`} title={item.runId} className="mono link">
          {shortId(item.runId)}
        </Link>
      ),
  },
  {
    id: 'created',
    widthPx: 96,
    label: 'Age',
    sort: 'created_at',
    isShown: true,
    cell: (item) => <Time at={item.createdAt} />,
  },
  {
    id: 'updated',
    widthPx: 100,
    label: 'Changed',
    sort: 'updated_at',
    isShown: false,
    cell: (item) => <Time at={item.updatedAt} />,
  },
  {
    id: 'due',
    widthPx: 100,
    label: 'Next due',
    isShown: false,
    cell: (item) => <Time at={item.nextFetchAt} absent="not planned" />,
  },
  {
    id: 'depth',
    widthPx: 64,
    label: 'Depth',
    align: 'right',
    isShown: false,
    cell: (item) => <Num value={item.depth} />,
  },
  {
    id: 'worker',
    widthPx: 140,
    label: 'Leased by',
    isShown: false,
    fits: { text: (item) => item.leaseOwner, charPx: 7.9, leastPx: 96, mostPx: 260 },
    title: (item) => item.leaseOwner ?? '',
    cell: (item) =>
      item.leaseOwner === null ? <None /> : <span className="mono">{item.leaseOwner}</span>,
  },
];
