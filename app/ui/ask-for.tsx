'use client';
/** Asks for the dialog of a button: by the palette, or by an address that somebody was sent. */
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useEffect } from 'react';
import { setAsked, takeAsked } from './asked.ts';
import { splitAsked } from './split-asked.ts';

let before = new AbortController();

/** Asks for it until it is taken, something else is asked for, or the person goes on with something else. */
function askFor(name: string, pathname: string): void {
  before.abort();
  before = new AbortController();
  const options = { capture: true, once: true, signal: before.signal };
  for (const type of ['pointerdown', 'keydown']) window.addEventListener(type, takeAsked, options);
  setAsked({ name, pathname });
}

/** For an address that asks to open something: it is asked for, and the address forgets it, so that going back does not. */
export function AskByAddress() {
  const router = useRouter();
  const pathname = usePathname();
  const search = useSearchParams().toString();
  useEffect(() => {
    const whole = `${pathname}?${search}`;
    const { href, asked } = splitAsked(whole);
    if (href === whole) return;
    if (asked !== null) askFor(asked, pathname);
    router.replace(href, { scroll: false });
  }, [search, pathname, router]);
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
