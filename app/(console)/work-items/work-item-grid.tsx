'use client';
/** WorkItemGrid: one page of items as a table, with selection, keys, the person's columns and the drawer. */
import { useRouter } from 'next/navigation';
import {
  lazy,
  type MouseEvent,
  memo,
  Suspense,
  useEffect,
  useEffectEvent,
  useMemo,
  useState,
} from 'react';
import { usePauseLive } from '#app/ui/live.tsx';
import { RowCheckbox, TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { announce } from '#app/ui/toast.tsx';
import { whereTextsDiffer } from '#app/ui/where-texts-differ.ts';
import type { ChangeOffer } from '#lib/items/changes/offers.ts';
import type { WorkItemSummary } from '#lib/items/list/list.ts';
import type { WorkItemSort } from '#lib/items/list/sorts.ts';
import type { SortDirection } from '#lib/paging/sort-direction.ts';
import type { GridArrangement } from '#lib/preferences/model.ts';
import type { ListColumn } from './columns.tsx';
import { fitWidths } from './fit-widths.ts';
import { GridHead } from './grid-head.tsx';
import { GridToolbar } from './grid-toolbar.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { useArrangement, useGridTable } from './use-grid-table.ts';
import { useItemInView } from './use-list-state.tsx';

const loadDrawer = () => import('./item-drawer.tsx');
const ItemDrawer = lazy(loadDrawer);

const checkboxWidthPx = 36;

export function WorkItemGrid({
  rows,
  position,
  sort,
  direction,
  offers,
  matching,
  grid,
}: {
  readonly rows: readonly WorkItemSummary[];
  /** Which page of the list this is: another one is read from its top. */
  readonly position: string;
  readonly sort: WorkItemSort;
  readonly direction: SortDirection;
  /** What the person may do to items; none = nothing can be selected. */
  readonly offers: readonly ChangeOffer[];
  /** How many items match the filter, in words; null where they could not be counted. */
  readonly matching: string | null;
  /** As the person keeps it; null = the list's own. */
  readonly grid: GridArrangement | null;
}) {
  const router = useRouter();
  const canChange = offers.length > 0;
  const columnState = useArrangement(grid);
  const { arrangement } = columnState;
  const table = useGridTable(rows, arrangement, canChange);
  const { columns, selection } = table;
  const { selected } = selection;
  const widths = fitWidths(columns, table.widthOf, rows);
  const widthPx = columns.reduce((sum, { id }) => sum + (widths.get(id)?.leastPx ?? 0), 0);
  const differ = useMemo(() => whereTextsDiffer(rows.map(({ resourceId }) => resourceId)), [rows]);
  usePauseLive(selected.length > 0);
  const drawer = useItemInView();
  const [lastActive, setActive] = useState<number | null>(null);
  const inDrawer = rows.findIndex((row) => row.workItemId === drawer.itemId);
  const active =
    inDrawer >= 0
      ? inDrawer
      : lastActive === null
        ? null
        : Math.min(lastActive, Math.max(0, rows.length - 1));

  const show = (at: number) => {
    const item = rows[at];
    if (!item) return;
    setActive(at);
    drawer.show(item.workItemId);
  };
  /** Null past either end, and when the item is on another page of the list. */
  const stepTo = (at: number) => (inDrawer >= 0 && rows[at] ? () => show(at) : null);
  const closeDrawer = () => {
    drawer.close();
    if (active !== null) linkOfRow(active)?.focus({ preventScroll: true });
  };
  useRowKeys({
    rowCount: rows.length,
    isDrawerOpen: drawer.itemId !== null,
    active,
    move: (to, selects) => {
      const item = rows[to];
      if (!item) return;
      if (selects && canChange && active !== null && active !== to) {
        if (!selection.isSelected(rows[active]?.workItemId ?? '')) selection.toggle(active, false);
        if (!selection.isSelected(item.workItemId)) selection.toggle(to, false);
      }
      setActive(to);
      rowAt(to)?.scrollIntoView({ block: 'nearest' });
      if (drawer.itemId === null) announce(`Row ${to + 1}: ${item.resourceId}, ${item.status}`);
      else drawer.show(item.workItemId);
    },
    toggle: (at, toHere) => {
      if (canChange) selection.toggle(at, toHere);
    },
    open: (at) => {
      const item = rows[at];
      if (!item) return;
      if (item.workItemId === drawer.itemId) router.push(`/work-items/${item.workItemId}`);
      else show(at);
    },
    closeDrawer,
  });

  /** Before the link's own handler, which would leave the list. */
  const onClickCapture = (event: MouseEvent<HTMLElement>) => {
    const target = event.target instanceof Element ? event.target : null;
    const at = Number(target?.closest<HTMLElement>('[data-row]')?.dataset['row'] ?? Number.NaN);
    if (!target || Number.isNaN(at)) return;
    if (target.closest('input')) {
      selection.toggle(at, event.shiftKey);
      return;
    }
    // A new tab, a new window: that is the page.
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = target.closest('a, button');
    if (link && !link.hasAttribute('data-opens-item')) return;
    // Text that was just marked is to be copied.
    if (!link && window.getSelection()?.isCollapsed === false) return;
    event.preventDefault();
    show(at);
  };

  return (
    <div className="flex flex-col gap-2">
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-2">
        {selected.length > 0 ? (
          <SelectionBar
            items={selected}
            offers={offers}
            matching={matching}
            onClear={selection.clear}
          />
        ) : (
          <p className="text-xs text-ink-3">
            {canChange ? 'Select rows, or all that match, to change them.' : null}
          </p>
        )}
        <GridToolbar state={columnState} />
      </div>
      <TableRegion
        key={position}
        label="Work items"
        names={[...(canChange ? [''] : []), ...columns.map(({ label }) => label)]}
        isDense={arrangement.isDense}
        widthPx={widthPx + (canChange ? checkboxWidthPx : 0)}
        maxHeight="max(24rem, calc(100dvh - 18.5rem))"
      >
        <colgroup>
          {canChange ? <col style={{ width: checkboxWidthPx }} /> : null}
          {columns.map(({ id }) => (
            // The resource takes what the others leave, and no less than its width.
            <col
              key={id}
              {...(id === 'resource' ? {} : { style: { width: widths.get(id)?.css } })}
            />
          ))}
        </colgroup>
        <Thead>
          <tr className="group/head">
            {canChange ? (
              <Th>
                <RowCheckbox
                  label="Select all rows of this page"
                  checked={selected.length === rows.length}
                  isIndeterminate={selected.length > 0 && selected.length < rows.length}
                  onChange={selection.toggleAll}
                />
              </Th>
            ) : null}
            <GridHead columns={columns} state={columnState} sort={sort} direction={direction} />
          </tr>
        </Thead>
        <tbody onClickCapture={onClickCapture} onPointerEnter={() => void loadDrawer()}>
          {rows.map((item, at) => (
            <WorkItemRow
              key={item.workItemId}
              item={item}
              differsAt={differ.get(item.resourceId)}
              at={at}
              columns={columns}
              canSelect={canChange}
              isSelected={selection.isSelected(item.workItemId)}
              isActive={at === active}
            />
          ))}
        </tbody>
      </TableRegion>
      {drawer.itemId === null ? null : (
        <Suspense fallback={null}>
          <ItemDrawer
            itemId={drawer.itemId}
            row={rows[inDrawer]}
            canChange={canChange}
            onStep={{ back: stepTo(inDrawer - 1), on: stepTo(inDrawer + 1) }}
            onClose={closeDrawer}
          />
        </Suspense>
      )}
    </div>
  );
}

const rowAt = (at: number) => document.querySelector(`[data-row="${at}"]`);
const linkOfRow = (at: number) => rowAt(at)?.querySelector<HTMLElement>('[data-opens-item]');

/** One item of the list; drawn again only when something of it changed. */
const WorkItemRow = memo(function WorkItemRow({
  item,
  differsAt,
  at,
  columns,
  canSelect,
  isSelected,
  isActive,
}: {
  readonly item: WorkItemSummary;
  readonly differsAt: number | undefined;
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
      <Cells item={item} differsAt={differsAt} columns={columns} />
    </Tr>
  );
});

/** Left as they are while rows are selected, all of them at once as well. */
const Cells = memo(function Cells({
  item,
  differsAt,
  columns,
}: {
  readonly item: WorkItemSummary;
  readonly differsAt: number | undefined;
  readonly columns: readonly ListColumn[];
}) {
  return columns.map((column) => (
    <Td
      key={column.id}
      {...(column.align ? { align: column.align } : {})}
      {...(column.title ? { title: column.title(item) } : {})}
      className="truncate"
    >
      {column.cell(item, differsAt)}
    </Td>
  ));
});

/** Where keys belong to something else. */
const typing =
  'input:not([type="checkbox"]), textarea, select, [contenteditable], [role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]';

interface RowKeys {
  readonly rowCount: number;
  readonly isDrawerOpen: boolean;
  /** The row the keyboard is on; null = none yet. */
  readonly active: number | null;
  /** `selects`: the rows that are left and reached become selected. */
  move(to: number, selects: boolean): void;
  toggle(at: number, toHere: boolean): void;
  open(at: number): void;
  closeDrawer(): void;
}

/**
 * `j` and `k` move through the rows, with Shift selecting on the way; `x` selects, `Enter` opens the
 * drawer and, once it is open, the page; `Esc` closes it. Ignored while somebody types.
 */
function useRowKeys(keys: RowKeys): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const { rowCount, active: at } = keys;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest(typing)) return;
    if (event.key === 'Escape' && keys.isDrawerOpen) keys.closeDrawer();
    else if (rowCount === 0) return;
    else if (event.key === 'j' || event.key === 'J')
      keys.move(at === null ? 0 : Math.min(rowCount - 1, at + 1), event.shiftKey);
    else if (event.key === 'k' || event.key === 'K')
      keys.move(at === null ? 0 : Math.max(0, at - 1), event.shiftKey);
    else if (at === null) return;
    else if (event.key === 'x' || event.key === 'X') keys.toggle(at, event.shiftKey);
    // A focused link or button keeps its own Enter.
    else if (event.key === 'Enter' && !target?.closest('a, button, input')) keys.open(at);
    else return;
    event.preventDefault();
  });

  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
}
