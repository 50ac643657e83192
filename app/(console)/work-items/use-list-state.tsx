'use client';
/** What the address holds: the list's state, read as text, changed by parameter, and the item in the drawer. */
import { parseAsString, useQueryState, useQueryStates } from 'nuqs';
import { createContext, type ReactNode, use, useCallback, useMemo } from 'react';
import { FilterStateProvider } from '#app/_shared/filters/filter-state.tsx';
import {
  type ItemFilters,
  type ItemList,
  itemListOf,
  type ListChanges,
  type ListParameters,
} from '#app/_shared/item-list.ts';

const ListContext = createContext<ItemList | null>(null);

/** Gives the list its filters, which the page has from their registry. */
export function ListProvider({
  filters,
  children,
}: {
  readonly filters: ItemFilters;
  readonly children: ReactNode;
}) {
  const list = useMemo(() => itemListOf(filters), [filters]);
  return (
    <ListContext value={list}>
      <BoxState filters={filters}>{children}</BoxState>
    </ListContext>
  );
}

/** The same for the filter box, which serves other lists too. */
function BoxState({
  filters,
  children,
}: {
  readonly filters: ItemFilters;
  readonly children: ReactNode;
}) {
  const { current, set } = useListState();
  const state = useMemo(
    () => ({ list: 'work-items', words: filters, path: '/work-items', current, set }) as const,
    [filters, current, set],
  );
  return <FilterStateProvider value={state}>{children}</FilterStateProvider>;
}

export interface ListState {
  readonly list: ItemList;
  /** The parameters that are given. */
  readonly current: ListParameters;
  /** Another list begins at its first page, with the drawer closed. */
  set(changes: ListChanges): void;
}

export function useListState(): ListState {
  const list = use(ListContext);
  if (!list) throw new Error('The list stands outside of its provider.');
  const parsers = useMemo(
    () => Object.fromEntries([...list.parameters, 'item'].map((name) => [name, parseAsString])),
    [list],
  );
  const [values, setValues] = useQueryStates(parsers, { history: 'push', shallow: false });
  const current = useMemo(
    () =>
      list.parametersOf(
        Object.fromEntries(
          Object.entries(values).map(([name, value]) => [name, value ?? undefined]),
        ),
      ),
    [list, values],
  );
  const set = useCallback(
    (changes: ListChanges) => {
      const after = list.changed(current, changes);
      void setValues({
        ...Object.fromEntries(list.parameters.map((name) => [name, after[name] ?? null])),
        item: null,
      });
    },
    [list, current, setValues],
  );
  return { list, current, set };
}

export interface ItemInView {
  /** Null while the drawer is closed. */
  readonly itemId: string | null;
  /** A step on in an open drawer adds nothing to the history. */
  show(itemId: string): void;
  close(): void;
}

export function useItemInView(): ItemInView {
  const [itemId, setItemId] = useQueryState('item', parseAsString);
  const show = useCallback(
    (next: string) => {
      void setItemId(next, { history: itemId === null ? 'push' : 'replace' });
    },
    [itemId, setItemId],
  );
  const close = useCallback(() => {
    void setItemId(null, { history: 'replace' });
  }, [setItemId]);
  return { itemId, show, close };
}
