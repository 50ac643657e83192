'use client';
/** The buttons whose dialog may be asked for. Nothing is done by being asked for alone: the dialog asks first. */
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useEffect, useEffectEvent } from 'react';
import { askedParameter, askFor, splitAsked, takeAsked, useWhatIsAsked } from './asked.ts';

/** @param names any of them opens it; none, or an empty one = nothing is to be asked for now */
export function useAskedOf(names: readonly string[], open: (name: string) => void): void {
  const asked = useWhatIsAsked();
  const pathname = usePathname();
  const isHere = asked !== null && asked.pathname === pathname && names.includes(asked.name);
  const mine = isHere && asked.name !== '' ? asked.name : null;
  const onAsked = useEffectEvent(open);
  useEffect(() => {
    // A table may draw a button twice: the first opens its dialog.
    if (mine !== null && takeAsked() !== null) onAsked(mine);
  }, [mine]);
}

/** @param name empty = nothing is to be asked for now */
export const useAsked = (name: string, open: () => void): void => useAskedOf([name], open);

/**
 * For an address that asks to open something, as one that was sent to somebody does: it is asked for, and the address
 * forgets it, so that going back does not ask again.
 */
export function AskByAddress() {
  const router = useRouter();
  const pathname = usePathname();
  const search = useSearchParams();
  const whole = search.has(askedParameter) ? `${pathname}?${search}` : null;
  useEffect(() => {
    if (whole === null) return;
    const { href, asked } = splitAsked(whole);
    if (asked !== null) askFor(asked, pathname);
    router.replace(href, { scroll: false });
  }, [whole, pathname, router]);
  return null;
}

/** Goes to an address as a link does, and opens there what it asks for; the page that is there already is not loaded. */
export function useGoTo(): (whole: string) => void {
  const router = useRouter();
  return (whole) => {
    const { href, asked } = splitAsked(whole);
    const { pathname, search } = window.location;
    if (asked !== null) askFor(asked, href === '' ? pathname : (href.split('?')[0] ?? ''));
    if (href !== '' && href !== `${pathname}${search}`) router.push(href);
  };
}
