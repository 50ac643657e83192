'use client';
/** useCopy: puts a text on the clipboard, says so, and is `copied` for a moment. */
import { useCallback, useEffect, useState } from 'react';
import { announce } from './toast.tsx';

const shownMs = 1_500;

export function useCopy() {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), shownMs);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = useCallback((text: string, announcement = 'Copied') => {
    navigator.clipboard.writeText(text).then(
      () => {
        setCopied(true);
        announce(announcement);
      },
      () => announce('The browser did not allow copying'),
    );
  }, []);
  return { copied, copy };
}
