'use client';
/** useRequestKey: one key for one intention, however often a form sends it. */
import { useCallback, useRef } from 'react';
import { newRequestKey } from './request-key.ts';

/**
 * Returns the key of what is asked for: the same while the same is asked for, so that a double click or a
 * second try after a lost answer does nothing twice; another one as soon as something else is asked for.
 */
export function useRequestKey(): (asked: unknown) => string {
  const last = useRef<{ readonly text: string; readonly key: string } | null>(null);
  return useCallback((asked) => {
    const text = JSON.stringify(asked);
    if (last.current?.text !== text) last.current = { text, key: newRequestKey() };
    return last.current.key;
  }, []);
}
