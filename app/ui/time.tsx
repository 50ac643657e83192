'use client';
/** Time: relative in the text, exact UTC and local time on hover. Elapsed: a length of time that may still grow. */
import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react';
import { None } from './key-value.tsx';
import { formatDuration, formatRelative, formatUtc } from './num.tsx';

export function Time({
  at,
  absent = 'never',
  className,
}: {
  readonly at: string | null;
  /** Said when there is no time. */
  readonly absent?: string;
  readonly className?: string;
}) {
  if (at === null) return <None word={absent} />;
  return <TimeOf at={at} {...(className ? { className } : {})} />;
}

function TimeOf({ at, className }: { readonly at: string; readonly className?: string }) {
  const now = useNow();
  return (
    <time
      dateTime={at}
      // The browser's zone is unknown to the server.
      suppressHydrationWarning
      title={`${formatUtc(at)}\n${localTime(at)}`}
      className={`num whitespace-nowrap ${className ?? ''}`}
    >
      {formatRelative(at, now)}
    </time>
  );
}

function localTime(at: string): string {
  return typeof window === 'undefined'
    ? ''
    : new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/**
 * The clock that relative times follow. It starts at the moment the server rendered, so that the
 * first client render says the same words, then ticks with the browser, corrected by the difference
 * between the two machines.
 */
const RenderedAt = createContext(0);

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = 0;
/** Server minus browser, ms; small differences are the network's, not the clock's. */
let offset = 0;

function tick() {
  now = Date.now() + offset;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  if (timer === undefined) {
    tick();
    timer = setInterval(() => {
      if (!document.hidden) tick();
    }, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function recordServerTime(renderedAt: number) {
  const difference = renderedAt - Date.now();
  if (Math.abs(difference) > 30_000) offset = difference;
}

export function ClockProvider({
  renderedAt,
  children,
}: {
  /** ISO time of the server's rendering. */
  readonly renderedAt: string;
  readonly children: ReactNode;
}) {
  const time = Date.parse(renderedAt);
  if (typeof window !== 'undefined' && now === 0) recordServerTime(time);
  return <RenderedAt value={time}>{children}</RenderedAt>;
}

/** The present in ms since the epoch, in steps of one second. */
function useNow(): number {
  const renderedAt = useContext(RenderedAt);
  return useSyncExternalStore(
    subscribe,
    () => (now === 0 ? Date.now() + offset : now),
    () => renderedAt,
  );
}

/** How long something took, or has taken so far by the page's clock. */
export function Elapsed({ from, to }: { readonly from: string; readonly to: string | null }) {
  return to === null ? <SoFar from={from} /> : <Words ms={Date.parse(to) - Date.parse(from)} />;
}

function SoFar({ from }: { readonly from: string }) {
  return <Words ms={useNow() - Date.parse(from)} />;
}

function Words({ ms }: { readonly ms: number }) {
  return (
    <span className="num" suppressHydrationWarning>
      {formatDuration(Math.max(0, ms))}
    </span>
  );
}
