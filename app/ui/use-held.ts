'use client';
/**
 * A list that nothing late moves: once a person has begun to choose in it, what arrives further stands below what is
 * shown, until something else is asked for.
 */
import { useState } from 'react';

interface Held<T> {
  readonly key: string;
  readonly shown: readonly T[];
}

/** @param key what is asked for: another one begins anew */
export function useHeld<T extends { readonly id: string }>(key: string, arrived: readonly T[]) {
  const [held, setHeld] = useState<Held<T> | null>(null);
  const isHeld = held !== null && held.key === key;
  const late = isHeld
    ? arrived.filter(({ id }) => !held.shown.some((one) => one.id === id))
    : noneLate;
  return {
    /** As they stood when the choice began. */
    shown: isHeld ? held.shown : arrived,
    /** What came after. */
    late,
    hold: () => {
      if (!isHeld) setHeld({ key, shown: arrived });
    },
  };
}

const noneLate: readonly never[] = [];
