/** The columns of the list as one person arranged them: order, shown or not, width. Pure. */
import { columnWidthPx } from '#lib/preferences/column-width.ts';
import type { GridArrangement } from '#lib/preferences/model.ts';

/** What the arrangement needs to know of a column. */
export interface ColumnFacts {
  readonly id: string;
  readonly isShown: boolean;
  readonly isFixed?: boolean;
  readonly widthPx: number;
}

export interface ArrangedColumn {
  readonly id: string;
  readonly isShown: boolean;
  readonly widthPx: number;
}

export interface Arrangement {
  readonly columns: readonly ArrangedColumn[];
  readonly isDense: boolean;
}

/**
 * The kept arrangement over the columns there are: unknown ones are dropped, and a column that was not
 * there when it was kept comes after the one it follows by default.
 */
export function arrange(known: readonly ColumnFacts[], kept: GridArrangement | null): Arrangement {
  const byId = new Map(known.map((column) => [column.id, column]));
  const columns: ArrangedColumn[] = [];
  for (const { id, isShown, widthPx } of kept?.columns ?? []) {
    const column = byId.get(id);
    if (!column || columns.some((one) => one.id === id)) continue;
    columns.push({
      id,
      isShown: isShown || (column.isFixed ?? false),
      widthPx: widthPx ?? column.widthPx,
    });
  }
  known.forEach(({ id, isShown, widthPx }, at) => {
    if (columns.some((one) => one.id === id)) return;
    const before = known[at - 1]?.id;
    const after = columns.findIndex((one) => one.id === before) + 1;
    columns.splice(after, 0, { id, isShown, widthPx });
  });
  return { columns, isDense: kept?.isDense ?? false };
}

/** What is kept: own widths only where they differ from the column's. */
export function toKeep(known: readonly ColumnFacts[], arrangement: Arrangement): GridArrangement {
  const own = new Map(known.map(({ id, widthPx }) => [id, widthPx]));
  return {
    columns: arrangement.columns.map(({ id, isShown, widthPx }) => ({
      id,
      isShown,
      ...(own.get(id) === widthPx ? {} : { widthPx }),
    })),
    isDense: arrangement.isDense,
  };
}

/** One place further up or down; unchanged at the end of the list. */
export function moveColumn(arrangement: Arrangement, id: string, step: 1 | -1): Arrangement {
  const from = arrangement.columns.findIndex((column) => column.id === id);
  const moved = arrangement.columns[from];
  const to = from + step;
  if (!moved || to < 0 || to >= arrangement.columns.length) return arrangement;
  return {
    ...arrangement,
    columns: arrangement.columns.toSpliced(from, 1).toSpliced(to, 0, moved),
  };
}

export const showColumn = (arrangement: Arrangement, id: string, isShown: boolean): Arrangement =>
  changed(arrangement, id, { isShown });

/** Within the limits of a width, in whole pixels. */
export function sizeColumn(arrangement: Arrangement, id: string, widthPx: number): Arrangement {
  const { least, most } = columnWidthPx;
  return changed(arrangement, id, {
    widthPx: Math.round(Math.max(least, Math.min(most, widthPx))),
  });
}

const changed = (arrangement: Arrangement, id: string, change: Partial<ArrangedColumn>) => ({
  ...arrangement,
  columns: arrangement.columns.map((column) =>
    column.id === id ? { ...column, ...change } : column,
  ),
});
