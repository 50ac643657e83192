'use client';
/** The item in the drawer, which is part of the address; looking at it asks the server for no other list. */
import { parseAsString, useQueryState } from 'nuqs';
import { useCallback } from 'react';

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
