'use client';
/** What the filter box of a list knows: its filters, what is set, and how to set it. */
import { useRouter } from 'next/navigation';
import { createContext, type ReactNode, use, useCallback, useMemo } from 'react';
import { listAddress } from '#app/_shared/list-address.ts';
import type { DescribedFilter, ListWords } from '#lib/filters/filter.ts';
import type { ListName } from './list-names.ts';

export interface FilterState {
  readonly list: ListName;
  readonly words: ListWords;
  readonly path: `/${string}`;
  /** The parameters that are given. */
  readonly current: Readonly<Record<string, string | undefined>>;
  /** Another list begins at its first page; null removes. */
  set(changes: Readonly<Record<string, string | null>>): void;
}

const FilterContext = createContext<FilterState | null>(null);

export function useFilterState(): FilterState {
  const state = use(FilterContext);
  if (!state) throw new Error('The filter box stands outside of its provider.');
  return state;
}

export const FilterStateProvider = FilterContext;

export const describedFilters = ({ groups }: ListWords): readonly DescribedFilter[] =>
  groups.flatMap((group) => group.filters);

/** For lists whose state is their address alone. */
export function AddressFilters({
  list,
  words,
  path,
  current,
  children,
}: Omit<FilterState, 'set'> & { readonly children: ReactNode }) {
  const router = useRouter();
  const set = useCallback(
    (changes: Readonly<Record<string, string | null>>) =>
      router.push(listAddress(path, current, changes)),
    [router, path, current],
  );
  const state = useMemo(
    () => ({ list, words, path, current, set }),
    [list, words, path, current, set],
  );
  return <FilterContext value={state}>{children}</FilterContext>;
}
