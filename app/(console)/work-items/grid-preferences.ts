'use client';
/** Which columns are shown and how dense the rows are, kept in this browser. */
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { listColumns } from './columns.tsx';

const storageKey = 'holocron.work-items.grid';
interface Stored {
  readonly hidden?: readonly string[];
  readonly isDense?: boolean;
}

const defaultHidden = listColumns.filter((column) => !column.isShown).map((column) => column.id);

export interface GridPreferences {
  /** By column id; absent = shown. */
  readonly visibility: Readonly<Record<string, boolean>>;
  readonly isDense: boolean;
  toggleColumn(id: string): void;
  setDense(isDense: boolean): void;
  reset(): void;
}

const listeners = new Set<() => void>();

function subscribe(listener: () => void) {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

/** Text, so that React can tell an unchanged snapshot by identity. */
function readText(): string {
  try {
    return localStorage.getItem(storageKey) ?? '';
  } catch {
    // Storage may be forbidden; then the defaults stay.
    return '';
  }
}

function write(stored: Stored) {
  try {
    localStorage.setItem(storageKey, JSON.stringify(stored));
  } catch {
    // As above: the choice lasts as long as nothing needs it again.
  }
  for (const listener of listeners) listener();
}

function parse(text: string): Stored {
  if (text === '') return {};
  try {
    const { hidden, isDense }: Record<string, unknown> = Object(JSON.parse(text));
    return {
      ...(Array.isArray(hidden) ? { hidden: hidden.map(String) } : {}),
      ...(typeof isDense === 'boolean' ? { isDense } : {}),
    };
  } catch {
    return {};
  }
}

export function useGridPreferences(): GridPreferences {
  const text = useSyncExternalStore(subscribe, readText, () => '');
  const stored = useMemo(() => parse(text), [text]);
  const hidden = stored.hidden ?? defaultHidden;
  const toggleColumn = useCallback(
    (id: string) => {
      const next = hidden.includes(id) ? hidden.filter((other) => other !== id) : [...hidden, id];
      write({ ...stored, hidden: next });
    },
    [hidden, stored],
  );
  return {
    visibility: useMemo(() => Object.fromEntries(hidden.map((id) => [id, false])), [hidden]),
    isDense: stored.isDense ?? false,
    toggleColumn,
    setDense: (isDense) => write({ ...stored, isDense }),
    reset: () => write({}),
  };
}
