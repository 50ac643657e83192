'use client';
/**
 * `j` and `k` move through the rows, with Shift selecting on the way; `x` selects, `Enter` opens the
 * drawer and, once it is open, the page; `Esc` closes it. Ignored while somebody types.
 */
import { useEffect, useEffectEvent } from 'react';

/** Where keys belong to something else. */
const typing =
  'input:not([type="checkbox"]), textarea, select, [contenteditable], [role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]';

export interface RowKeys {
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

export function useRowKeys(keys: RowKeys): void {
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
