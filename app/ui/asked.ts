/**
 * What a person asked to have opened by other means than its button, as by the palette (`ask-for.tsx`). It stands in memory,
 * and so the router never knows of it: an address that a page has taken back behind the router's back does not fit what
 * the server answers next, and Next.js then loads the document anew.
 */
import { useSyncExternalStore } from 'react';

interface Asked {
  readonly name: string;
  /** The page whose button is meant: lists have buttons of the same name. */
  readonly pathname: string;
}

let asked: Asked | null = null;
const listeners = new Set<() => void>();

export function setAsked(next: Asked | null): void {
  asked = next;
  for (const listener of listeners) listener();
}

/** Whether something was still asked for, which then no longer is. */
export function takeAsked(): boolean {
  const was = asked !== null;
  if (was) setAsked(null);
  return was;
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What is asked for, as it changes. */
export const useWhatIsAsked = (): Asked | null =>
  useSyncExternalStore(
    subscribe,
    () => asked,
    () => null,
  );
