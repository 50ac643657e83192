'use client';
/** The buttons whose dialog may be asked for. Nothing is done by being asked for alone: the dialog asks first. */
import { usePathname } from 'next/navigation';
import { useEffect, useEffectEvent } from 'react';
import { takeAsked, useWhatIsAsked } from './asked.ts';

/** @param names any of them opens it; none, or an empty one = nothing is to be asked for now */
export function useAskedOf(names: readonly string[], open: (name: string) => void): void {
  const asked = useWhatIsAsked();
  const pathname = usePathname();
  const mine =
    asked?.pathname === pathname && asked.name !== '' && names.includes(asked.name)
      ? asked.name
      : null;
  const onAsked = useEffectEvent(open);
  useEffect(() => {
    // A table may draw a button twice: the first opens its dialog.
    if (mine !== null && takeAsked()) onAsked(mine);
  }, [mine]);
}

/** @param name empty = nothing is to be asked for now */
export const useAsked = (name: string, open: () => void): void => useAskedOf([name], open);
