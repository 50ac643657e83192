'use client';
/** WorkItemRow: one item of the list; drawn again only when something of it changed. */
import { memo } from 'react';
import { RowCheckbox, Td, Tr } from '#app/ui/table.tsx';
import type { WorkItemSummary } from '#lib/items/list/list.ts';
import type { ListColumn } from './columns.tsx';

export const WorkItemRow = memo(function WorkItemRow({
  item,
  at,
  columns,
  canSelect,
  isSelected,
  isActive,
}: {
  readonly item: WorkItemSummary;
  readonly at: number;
  /** The shown ones, in order; the same array as long as they are the same. */
  readonly columns: readonly ListColumn[];
  readonly canSelect: boolean;
  readonly isSelected: boolean;
  /** The keyboard or the drawer is on it. */
  readonly isActive: boolean;
}) {
  return (
    <Tr
      isSelected={isSelected}
      isActive={isActive}
      data-row={at}
      className="cursor-default scroll-mt-9"
    >
      {canSelect ? (
        <Td>
          {/* The table answers to its click: a hundred rows need no hundred handlers. */}
          <RowCheckbox label={`Select ${item.resourceId}`} checked={isSelected} readOnly />
        </Td>
      ) : null}
      <Cells item={item} columns={columns} />
    </Tr>
  );
});

/** Left as they are while rows are selected, all of them at once as well. */
const Cells = memo(function Cells({
  item,
  columns,
}: {
  readonly item: WorkItemSummary;
  readonly columns: readonly ListColumn[];
}) {
  return columns.map((column) => (
    <Td
      key={column.id}
      {...(column.align ? { align: column.align } : {})}
      {...(column.title ? { title: column.title(item) } : {})}
      className="truncate"
    >
      {column.cell(item)}
    </Td>
  ));
});
