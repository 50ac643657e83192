'use client';
/** The person's arrangement of the columns: shown at once, kept with the account. */
import { useCallback, useState } from 'react';
import { notifyError } from '#app/ui/toast.tsx';
import type { GridArrangement } from '#lib/preferences/model.ts';
import { type Arrangement, arrange, toKeep } from './arrangement.ts';
import { keepArrangement } from './arrangement-actions.ts';
import { listColumns } from './columns.tsx';

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
    void keepArrangement({ grid }).then((result) => {
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
