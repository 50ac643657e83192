'use client';
/** `j` and `k` move through the rows, `x` selects, `Enter` opens; ignored while somebody types. */
import { useRouter } from 'next/navigation';
import { useEffect, useEffectEvent, useState } from 'react';
import { announce } from '#app/ui/toast.tsx';
import type { WorkItemSummary } from '#lib/work-items/list.ts';

const typing =
  'input:not([type="checkbox"]), textarea, select, [contenteditable], [role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]';

export function useRowKeys({
  rows,
  toggle,
}: {
  readonly rows: readonly WorkItemSummary[];
  readonly toggle: (at: number) => void;
}): number | null {
  const router = useRouter();
  const [active, setActive] = useState<number | null>(null);
  const at = active === null ? null : Math.min(active, rows.length - 1);

  const move = (step: 1 | -1) => {
    const next = at === null ? 0 : Math.max(0, Math.min(rows.length - 1, at + step));
    setActive(next);
    const row = document.querySelector(`[data-row="${next}"]`);
    row?.scrollIntoView({ block: 'nearest' });
    const item = rows[next];
    if (item) announce(`Row ${next + 1}: ${item.resourceId}, ${item.status}`);
  };

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || rows.length === 0) return;
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest(typing)) return;
    if (event.key === 'j') move(1);
    else if (event.key === 'k') move(-1);
    else if (at === null) return;
    else if (event.key === 'x') toggle(at);
    // A focused link or button keeps its own Enter.
    else if (event.key === 'Enter' && !target?.closest('a, button, input')) {
      const item = rows[at];
      if (item) router.push(`/work-items/${item.workItemId}`);
    } else return;
    event.preventDefault();
  });

  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);

  return at;
}
