'use client';
/** useOpening: a form that a button or an address opens; each opening is one intention with a key of its own. */
import { useCallback, useEffect, useState } from 'react';
import { newRequestKey } from './request-key.ts';

/**
 * @param isOpenAtFirst for an address that asks for the form; the address forgets it, so that going back
 *   does not
 */
export function useOpening(isOpenAtFirst: boolean) {
  /** Null while it is closed. */
  const [requestKey, setRequestKey] = useState<string | null>(null);
  const open = useCallback(() => setRequestKey(newRequestKey()), []);
  const close = useCallback(() => setRequestKey(null), []);
  useEffect(() => {
    if (!isOpenAtFirst) return;
    open();
    window.history.replaceState(null, '', window.location.pathname);
  }, [isOpenAtFirst, open]);
  return { requestKey, open, close };
}
