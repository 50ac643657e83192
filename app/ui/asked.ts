/**
 * What a person asked to have opened by other means than its button, as by the palette: the dialog of a button, with all
 * that it says and checks. It is asked for in memory, and so the router never knows of it: an address that a page has
 * taken back behind the router's back does not fit what the server answers next, and Next.js then loads the document anew.
 */
import { useSyncExternalStore } from 'react';

/** In addresses that lead here from elsewhere: `?do=pause-…`. */
export const askedParameter = 'do';

interface Asked {
  readonly name: string;
  /** The page whose button is meant: lists have buttons of the same name. */
  readonly pathname: string;
}

let asked: Asked | null = null;
const listeners = new Set<() => void>();

function set(next: Asked | null): void {
  asked = next;
  for (const listener of listeners) listener();
}

let unlessTaken = new AbortController();

/** Asks for it until it is taken, something else is asked for, or the person goes on with something else. */
export function askFor(name: string, pathname: string): void {
  unlessTaken.abort();
  unlessTaken = new AbortController();
  const { signal } = unlessTaken;
  for (const type of ['pointerdown', 'keydown'] as const) {
    window.addEventListener(type, () => takeAsked(), { capture: true, signal });
  }
  set({ name, pathname });
}

/** What is asked for, which then no longer is; null when it was taken before. */
export function takeAsked(): Asked | null {
  const taken = asked;
  unlessTaken.abort();
  set(null);
  return taken;
}

/** What is asked for, as it changes. */
export const useWhatIsAsked = (): Asked | null =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => asked,
    () => null,
  );

/** An address without what it asks to open, and that; one of nothing else (`?do=go-on`) is of the page that is there. */
export function splitAsked(href: string): { readonly href: string; readonly asked: string | null } {
  const at = href.indexOf('?');
  const search = new URLSearchParams(at < 0 ? '' : href.slice(at));
  const name = search.get(askedParameter);
  if (name === null) return { href, asked: null };
  search.delete(askedParameter);
  const path = href.slice(0, at);
  return { href: search.size === 0 ? path : `${path}?${search}`, asked: name === '' ? null : name };
}
