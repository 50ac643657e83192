'use client';
/** WorkItemGrid: one page of items as a table, with selection, keys, chooser and density. */
import {
  type ColumnDef,
  columnVisibilityFeature,
  rowSelectionFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useState } from 'react';
import { useHoldLive } from '#app/ui/live.tsx';
import { RowCheckbox, SortHeader, TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import type { SortDirection } from '#lib/paging/sort-direction.ts';
import { defaultDirections, type WorkItemSort } from '#lib/work-items/filter.ts';
import type { WorkItemSummary } from '#lib/work-items/list.ts';
import { type ListColumn, listColumns } from './columns.tsx';
import { type ListParameters, listHref } from './filters.ts';
import { useGridPreferences } from './grid-preferences.ts';
import { GridToolbar } from './grid-toolbar.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { useListState } from './use-list-state.ts';
import { useRowKeys } from './use-row-keys.ts';

const features = tableFeatures({ columnVisibilityFeature, rowSelectionFeature });

const columnById = new Map(listColumns.map((column) => [column.id, column]));
const columns: ColumnDef<typeof features, WorkItemSummary>[] = listColumns.map((column) => ({
  id: column.id,
  cell: ({ row }) => column.cell(row.original),
}));

export function WorkItemGrid({
  rows,
  sort,
  direction,
  canChange,
}: {
  readonly rows: WorkItemSummary[];
  readonly sort: WorkItemSort;
  readonly direction: SortDirection;
  readonly canChange: boolean;
}) {
  const { current } = useListState();
  const preferences = useGridPreferences();
  const [rowSelection, setRowSelection] = useState<Record<string, true>>({});
  const table = useTable({
    features,
    columns,
    data: rows,
    getRowId: (item) => item.workItemId,
    enableRowSelection: canChange,
    state: { columnVisibility: preferences.visibility, rowSelection },
    onRowSelectionChange: setRowSelection,
  });
  const tableRows = table.getRowModel().rows;
  // Rows can leave the page while they are selected: what is not seen is not acted on.
  const selected = rows.filter((item) => rowSelection[item.workItemId]);
  useHoldLive(selected.length > 0);
  const active = useRowKeys({
    rows,
    toggle: (at) => {
      const row = canChange ? tableRows[at] : undefined;
      // Through the handler, so that Shift and a click go on from the row the key selected.
      row?.getToggleSelectedHandler()({ target: { checked: !row.getIsSelected() } });
    },
  });
  const clear = () => setRowSelection({});
  return (
    <div className="flex flex-col gap-2">
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-2">
        {selected.length > 0 ? (
          <SelectionBar items={selected} onClear={clear} />
        ) : (
          <p className="text-xs text-ink-3">
            {canChange ? 'Select rows to recrawl, retry or skip them.' : null}
          </p>
        )}
        <GridToolbar preferences={preferences} />
      </div>
      <TableRegion label="Work items" isDense={preferences.isDense}>
        <Thead>
          <tr>
            {canChange ? (
              <Th className="w-8">
                <RowCheckbox
                  label="Select all rows of this page"
                  checked={table.getIsAllRowsSelected()}
                  isIndeterminate={!table.getIsAllRowsSelected() && selected.length > 0}
                  onChange={table.getToggleAllRowsSelectedHandler()}
                />
              </Th>
            ) : null}
            {table.getVisibleLeafColumns().map((column) => {
              const facts = columnById.get(column.id);
              return facts ? (
                <HeaderCell
                  key={column.id}
                  column={facts}
                  current={current}
                  direction={facts.sort === sort ? direction : null}
                />
              ) : null;
            })}
          </tr>
        </Thead>
        <tbody>
          {tableRows.map((row, at) => (
            <Tr
              key={row.id}
              isSelected={row.getIsSelected()}
              isActive={at === active}
              data-row={at}
            >
              {canChange ? (
                <Td className="w-8">
                  <RowCheckbox
                    label={`Select ${row.original.resourceId}`}
                    checked={row.getIsSelected()}
                    onClick={row.getToggleSelectedHandler()}
                    readOnly
                  />
                </Td>
              ) : null}
              {row.getVisibleCells().map((cell) => {
                const facts = columnById.get(cell.column.id);
                return (
                  <Td
                    key={cell.id}
                    {...(facts?.align ? { align: facts.align } : {})}
                    className={`whitespace-nowrap ${facts?.className ?? ''}`}
                  >
                    <table.FlexRender cell={cell} />
                  </Td>
                );
              })}
            </Tr>
          ))}
        </tbody>
      </TableRegion>
    </div>
  );
}

function HeaderCell({
  column,
  current,
  direction,
}: {
  readonly column: ListColumn;
  readonly current: ListParameters;
  readonly direction: SortDirection | null;
}) {
  const align = column.align ? { align: column.align } : {};
  if (!column.sort) return <Th {...align}>{column.label}</Th>;
  const first = defaultDirections[column.sort];
  const next = direction === null ? first : direction === 'asc' ? 'desc' : 'asc';
  return (
    <SortHeader
      {...align}
      direction={direction}
      href={listHref(current, { sort: column.sort, dir: next })}
    >
      {column.label}
    </SortHeader>
  );
}
