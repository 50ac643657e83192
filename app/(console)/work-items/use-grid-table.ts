'use client';
/**
 * The table of the grid: which columns it shows, in which order and how wide, as the person keeps it with
 * the account, and which rows are selected.
 */
import {
  type ColumnDef,
  columnOrderingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  rowSelectionFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useCallback, useMemo, useState } from 'react';
import { notifyError } from '#app/ui/toast.tsx';
import { answerOf } from '#app/ui/use-action.ts';
import type { WorkItemSummary } from '#lib/items/list/list.ts';
import type { GridArrangement } from '#lib/preferences/model.ts';
import { keepArrangement } from './actions.ts';
import { type Arrangement, arrange, toKeep } from './arrangement.ts';
import { type ListColumn, listColumns } from './columns.tsx';

export interface ArrangementState {
  readonly arrangement: Arrangement;
  /** Shows it without keeping it, as while a border is dragged. */
  show(next: Arrangement): void;
  /** Shows it and keeps it. */
  keep(next: Arrangement): void;
  /** Back to the list's own. */
  reset(): void;
}

export function useArrangement(kept: GridArrangement | null): ArrangementState {
  const [arrangement, show] = useState(() => arrange(listColumns, kept));
  const send = useCallback((grid: GridArrangement | null) => {
    void answerOf(keepArrangement({ grid })).then((result) => {
      if (!result.ok) notifyError(result.error);
    });
  }, []);
  const keep = useCallback(
    (next: Arrangement) => {
      show(next);
      send(toKeep(listColumns, next));
    },
    [send],
  );
  const reset = useCallback(() => {
    show(arrange(listColumns, null));
    send(null);
  }, [send]);
  return { arrangement, show, keep, reset };
}

const features = tableFeatures({
  columnOrderingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  rowSelectionFeature,
});
const columnById = new Map(listColumns.map((column) => [column.id, column]));
const columns: ColumnDef<typeof features, WorkItemSummary>[] = listColumns.map((column) => ({
  id: column.id,
  size: column.widthPx,
  // The person's own widths have limits of their own (`sizeColumn`).
  minSize: 0,
  cell: ({ row }) => column.cell(row.original),
}));

export interface RowSelection {
  /** Selected and on this page: what is not seen is not acted on. */
  readonly selected: readonly WorkItemSummary[];
  readonly isSelected: (id: string) => boolean;
  /** Turns a row over; with `toHere` all from the row touched last become as this one does. */
  toggle(at: number, toHere: boolean): void;
  toggleAll(): void;
  clear(): void;
}

export interface GridTable {
  /** The shown columns in their order; the same array as long as they are the same. */
  readonly columns: readonly ListColumn[];
  /** Of a shown column, px. */
  readonly widthOf: (id: string) => number;
  readonly selection: RowSelection;
}

export function useGridTable(
  rows: readonly WorkItemSummary[],
  arrangement: Arrangement,
  canSelect: boolean,
): GridTable {
  const [rowSelection, setRowSelection] = useState<Record<string, true>>({});
  const table = useTable({
    features,
    columns,
    // The library takes a mutable array and changes nothing of it.
    data: rows as WorkItemSummary[],
    getRowId: (item) => item.workItemId,
    enableRowSelection: canSelect,
    state: { ...stateOf(arrangement), rowSelection },
    onRowSelectionChange: setRowSelection,
  });
  const visible = table.getVisibleLeafColumns();
  const order = visible.map(({ id }) => id).join(' ');
  const shown = useMemo(
    () =>
      order.split(' ').flatMap((id): ListColumn[] => {
        const column = columnById.get(id);
        return column ? [column] : [];
      }),
    [order],
  );
  const selected = useMemo(
    () => rows.filter((row) => rowSelection[row.workItemId]),
    [rows, rowSelection],
  );
  const clear = () => setRowSelection({});
  return {
    columns: shown,
    widthOf: (id) => table.getColumn(id)?.getSize() ?? 0,
    selection: {
      selected,
      isSelected: (id) => rowSelection[id] ?? false,
      toggle: (at, toHere) => {
        const row = table.getRowModel().rows[at];
        // Through the handler: it remembers the row that was touched last.
        row?.getToggleSelectedHandler()({
          target: { checked: !row.getIsSelected() },
          shiftKey: toHere,
        });
      },
      toggleAll: () => {
        if (selected.length === rows.length) clear();
        else table.toggleAllRowsSelected(true);
      },
      clear,
    },
  };
}

const stateOf = ({ columns: arranged }: Arrangement) => ({
  columnOrder: arranged.map(({ id }) => id),
  columnVisibility: Object.fromEntries(arranged.map(({ id, isShown }) => [id, isShown])),
  columnSizing: Object.fromEntries(arranged.map(({ id, widthPx }) => [id, widthPx])),
});
