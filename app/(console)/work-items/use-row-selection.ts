'use client';
/** Which rows are selected, by id; Shift takes all from the row that was touched last. */
import { useCallback, useMemo, useRef, useState } from 'react';
import type { WorkItemSummary } from '#lib/work-items/list.ts';

export interface RowSelection {
  /** Selected and on this page: what is not seen is not acted on. */
  readonly selected: readonly WorkItemSummary[];
  readonly isSelected: (id: string) => boolean;
  /** Turns a row over; with `toHere` all from the row touched last become as this one does. */
  toggle(at: number, toHere: boolean): void;
  toggleAll(): void;
  clear(): void;
}

export function useRowSelection(rows: readonly WorkItemSummary[]): RowSelection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const touched = useRef<number | null>(null);
  const selected = useMemo(() => rows.filter((row) => ids.has(row.workItemId)), [rows, ids]);
  const isSelected = useCallback((id: string) => ids.has(id), [ids]);
  const toggle = (at: number, toHere: boolean) => {
    const row = rows[at];
    if (!row) return;
    const from = toHere && touched.current !== null ? touched.current : at;
    touched.current = at;
    const range = rows.slice(Math.min(from, at), Math.max(from, at) + 1);
    setIds((before) => {
      const next = new Set(before);
      const on = !before.has(row.workItemId);
      for (const { workItemId } of range) {
        if (on) next.add(workItemId);
        else next.delete(workItemId);
      }
      return next;
    });
  };
  const clear = useCallback(() => setIds(new Set()), []);
  const toggleAll = () => {
    if (selected.length === rows.length) clear();
    else setIds(new Set(rows.map((row) => row.workItemId)));
  };
  return { selected, isSelected, toggle, toggleAll, clear };
}
