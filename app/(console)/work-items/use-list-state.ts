'use client';
/** The list's state, which is the address: read as text, changed by parameter, always at page one. */
import { parseAsString, useQueryStates } from 'nuqs';
import { useCallback, useMemo } from 'react';
import {
  changedParameters,
  type ListChanges,
  type ListParameter,
  type ListParameters,
  listParameterNames,
  listParametersOf,
} from '#app/_shared/item-filters.ts';

const parsers = Object.fromEntries(
  [...listParameterNames, 'item'].map((name) => [name, parseAsString]),
) as Record<ListParameter | 'item', typeof parseAsString>; // one entry for each name

export interface ListState {
  /** The parameters that are given. */
  readonly current: ListParameters;
  /** Another list begins at its first page, with the drawer closed. */
  set(changes: ListChanges): void;
}

export function useListState(): ListState {
  const [values, setValues] = useQueryStates(parsers, { history: 'push', shallow: false });
  const current = useMemo(
    () =>
      listParametersOf(
        Object.fromEntries(
          Object.entries(values).map(([name, value]) => [name, value ?? undefined]),
        ),
      ),
    [values],
  );
  const set = useCallback(
    (changes: ListChanges) => {
      const after = changedParameters(current, changes);
      void setValues({
        ...Object.fromEntries(listParameterNames.map((name) => [name, after[name] ?? null])),
        item: null,
      });
    },
    [current, setValues],
  );
  return { current, set };
}
