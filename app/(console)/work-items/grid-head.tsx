'use client';
/** GridHead: the headings of the shown columns, which sort the list and drag the columns' borders. */
import { useRef } from 'react';
import { SortHeader, Th } from '#app/ui/table.tsx';
import { defaultDirections, type WorkItemSort } from '#lib/items/list/sorts.ts';
import type { SortDirection } from '#lib/paging/sort-direction.ts';
import { sizeColumn } from './arrangement.ts';
import type { ListColumn } from './columns.tsx';
import type { ArrangementState } from './use-grid-table.ts';
import { useListState } from './use-list-state.tsx';

export function GridHead({
  columns,
  state: { arrangement, show, keep },
  sort,
  direction,
}: {
  readonly columns: readonly ListColumn[];
  readonly state: ArrangementState;
  readonly sort: WorkItemSort;
  readonly direction: SortDirection;
}) {
  const { list, current } = useListState();
  return columns.map((column) => {
    const { id, label } = column;
    const align = column.align ? { align: column.align } : {};
    const border = (
      <ColumnBorder
        onDrag={(widthPx) => show(sizeColumn(arrangement, id, widthPx))}
        onDrop={(widthPx) => keep(sizeColumn(arrangement, id, widthPx))}
        onReset={() => keep(sizeColumn(arrangement, id, column.widthPx))}
      />
    );
    if (!column.sort) {
      return (
        <Th key={id} {...align} className="relative">
          <span className="block truncate">{label}</span>
          {border}
        </Th>
      );
    }
    const now = column.sort === sort ? direction : null;
    const next = now === null ? defaultDirections[column.sort] : now === 'asc' ? 'desc' : 'asc';
    return (
      <SortHeader
        key={id}
        {...align}
        className="relative"
        direction={now}
        href={list.href(current, { sort: column.sort, dir: next })}
        beside={border}
      >
        {label}
      </SortHeader>
    );
  });
}

/**
 * Drags a column wider or narrower. For the pointer only: with the keyboard the width is set in the column
 * dialog, so that a dozen borders are no stops of the Tab key.
 */
function ColumnBorder({
  onDrag,
  onDrop,
  onReset,
}: {
  /** CSS pixels, while it moves. */
  readonly onDrag: (widthPx: number) => void;
  readonly onDrop: (widthPx: number) => void;
  /** A double click. */
  readonly onReset: () => void;
}) {
  const start = useRef<{ readonly x: number; readonly widthPx: number } | null>(null);
  const width = (x: number) =>
    start.current === null ? null : start.current.widthPx + x - start.current.x;
  return (
    <span
      aria-hidden
      data-column-border
      onPointerDown={(event) => {
        const cell = event.currentTarget.closest('th');
        if (event.button !== 0 || !cell) return;
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, widthPx: cell.getBoundingClientRect().width };
      }}
      onPointerMove={(event) => {
        const next = width(event.clientX);
        if (next !== null) onDrag(next);
      }}
      onPointerUp={(event) => {
        const next = width(event.clientX);
        const moved = start.current !== null && start.current.x !== event.clientX;
        start.current = null;
        if (next !== null && moved) onDrop(next);
      }}
      onDoubleClick={onReset}
      className="absolute inset-y-0 -right-1 z-10 w-2 [th:last-child>&]:right-0 cursor-col-resize touch-none after:absolute after:inset-y-1.5 after:left-[3.5px] after:w-px after:bg-transparent hover:after:bg-accent active:after:bg-accent group-hover/head:after:bg-line-strong"
    />
  );
}
