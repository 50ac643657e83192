'use client';
/** The list's state, which is the address: read as text, changed by parameter, always at page one. */
import { parseAsString, useQueryStates } from 'nuqs';
import { useCallback, useMemo } from 'react';
import { type WorkItemParameter, workItemParameterNames } from '#lib/work-items/parameters.ts';
import { type ListParameters, listParametersOf } from './filters.ts';

const parsers = Object.fromEntries(
  workItemParameterNames.map((name) => [name, parseAsString]),
) as Record<WorkItemParameter, typeof parseAsString>; // one entry for each name

export type ListChanges = Partial<Record<WorkItemParameter, string | null>>;

export interface ListState {
  /** The parameters that are given. */
  readonly current: ListParameters;
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
      // A position belongs to one filter and order; another list starts at its beginning.
      void setValues({ ...changes, cursor: null });
    },
    [setValues],
  );
  return { current, set };
}
