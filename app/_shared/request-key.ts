'use client';
/** Request keys: one for one intention, so that a double click or a repeated request does it once. */
import { useCallback, useRef, useState } from 'react';

/** A new key, made once per intention. Not `crypto.randomUUID`, which browsers only offer on secure origins. */
export function newRequestKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Returns the key of what is asked for: the same while the same is asked for, so that a second try after a
 * lost answer does nothing twice; another one as soon as something else is asked for.
 */
export function useRequestKey(): (asked: unknown) => string {
  const last = useRef<{ readonly text: string; readonly key: string } | null>(null);
  return useCallback((asked) => {
    const text = JSON.stringify(asked);
    if (last.current?.text !== text) last.current = { text, key: newRequestKey() };
    return last.current.key;
  }, []);
}

/** A form that a button opens; each opening is one intention with a key of its own. */
export function useOpening() {
  /** Null while it is closed. */
  const [requestKey, setRequestKey] = useState<string | null>(null);
  const open = useCallback(() => setRequestKey(newRequestKey()), []);
  const close = useCallback(() => setRequestKey(null), []);
  return { requestKey, open, close };
}
