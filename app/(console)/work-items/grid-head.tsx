'use client';
/** GridHead: the headings of the shown columns, which sort the list and drag the columns' borders. */
import { listHref } from '#app/_shared/item-filters.ts';
import { SortHeader, Th } from '#app/ui/table.tsx';
import { defaultDirections, type WorkItemSort } from '#lib/items/list/sorts.ts';
import type { SortDirection } from '#lib/paging/sort-direction.ts';
import { sizeColumn } from './arrangement.ts';
import { ColumnBorder } from './column-border.tsx';
import type { ListColumn } from './columns.tsx';
import type { ArrangementState } from './use-arrangement.ts';
import { useListState } from './use-list-state.ts';

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
  const { current } = useListState();
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
        href={listHref(current, { sort: column.sort, dir: next })}
        beside={border}
      >
        {label}
      </SortHeader>
    );
  });
}
