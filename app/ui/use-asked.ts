'use client';
/**
 * What an address asks a page to open, as the palette does: the dialog of a button, with all that it says and checks.
 * The address forgets it, so that going back does not ask again. Nothing is done by an address alone.
 */
import { useSearchParams } from 'next/navigation';
import { useEffect, useEffectEvent } from 'react';

/** @param name empty = nothing is asked for now */
export function useAsked(name: string, open: () => void): void {
  const isAsked = useSearchParams().get('do') === name && name !== '';
  const onAsked = useEffectEvent(open);
  useEffect(() => {
    if (!isAsked) return;
    const address = new URL(window.location.href);
    address.searchParams.delete('do');
    window.history.replaceState(null, '', address);
    onAsked();
  }, [isAsked]);
}
