'use client';
/** LivePoll: polls `/api/live` and passes on its answers. Shows nothing; loaded after the first view. */
import { useEffect, useRef, useState } from 'react';
import useSWR from 'swr';
import { personHeader, signInAgain } from './ended-session.ts';
import { freshnessOf } from './freshness.ts';
import type { LiveAnswer, LiveState } from './live.tsx';
import { askBy, isAttentive, leavingSignal } from './live-attention.ts';
import { leaveFreely } from './may-leave.ts';
import { pauseAfter } from './pause-after.ts';
import { keepPagesSteady } from './steady-pages.ts';

const movingMs = 2_000;
const idleMs = 15_000;
const tellEveryMs = 1_000;
/** A timer of a second that took so long: the computer slept, or the browser had put the tab to sleep. */
const sleptMs = 5_000;

const mostWaitMs = 10_000;

/** Whether the person did anything since the page last asked: only that keeps the session from ending. */
let isPersonThere = false;

async function ask(url: string): Promise<LiveState> {
  const headers: Record<string, string> = isPersonThere ? { [personHeader]: '1' } : {};
  isPersonThere = false;
  const signal = AbortSignal.any([leavingSignal(), AbortSignal.timeout(mostWaitMs)]);
  const response = await fetch(url, { headers, signal });
  if (response.status === 401) {
    // What was typed is kept, and so no question stands in the way.
    leaveFreely();
    window.location.assign(signInAgain(window.location.pathname + window.location.search));
  }
  if (!response.ok) throw new Error(`live answered ${response.status}`);
  // Our own route; its type is LiveState (app/api/live/route.ts).
  return (await response.json()) as LiveState;
}

const everyMs = (latest: LiveState) => (latest.moving || isAttentive() ? movingMs : idleMs);

function noticePerson(): () => void {
  const gone = new AbortController();
  const { signal } = gone;
  const notice = () => {
    isPersonThere = true;
  };
  for (const type of ['pointerdown', 'keydown', 'wheel']) {
    document.addEventListener(type, notice, { passive: true, signal });
  }
  return () => gone.abort();
}

export function LivePoll({ onAnswer }: { readonly onAnswer: (answer: LiveAnswer) => void }) {
  /** By the wall clock, since others stand still while a computer sleeps. */
  const answeredAt = useRef(Date.now());
  /** What came before the tab was seen again is not held against it: it is asking. */
  const watchedSince = useRef(Date.now());
  const failures = useRef(0);
  // No function of the answer: SWR asks one only when its timer has run out, and that may be the long one.
  const [intervalMs, setIntervalMs] = useState(movingMs);
  const { data, error, mutate } = useSWR<LiveState, unknown>('/api/live', ask, {
    refreshInterval: intervalMs,
    refreshWhenHidden: false,
    // A browser that believes to be offline may be wrong; one that asks knows.
    refreshWhenOffline: true,
    revalidateOnFocus: true,
    shouldRetryOnError: false,
    keepPreviousData: true,
    dedupingInterval: 1_000,
    isPaused: () => leavingSignal().aborted,
    onSuccess: (latest) => {
      answeredAt.current = Date.now();
      failures.current = 0;
      setIntervalMs(everyMs(latest));
    },
  });
  useEffect(
    () =>
      askBy(() => {
        setIntervalMs(movingMs);
        void mutate();
      }),
    [mutate],
  );
  // SWR asks no more while the browser believes to be offline, and ever less often: a console that is back is to be seen.
  useEffect(() => {
    if (error === undefined) return;
    const waitMs = pauseAfter(failures.current, movingMs, idleMs);
    failures.current += 1;
    const timer = setTimeout(() => {
      if (!document.hidden) void mutate();
    }, waitMs);
    return () => clearTimeout(timer);
  }, [error, mutate]);
  useEffect(keepPagesSteady, []);
  useEffect(noticePerson, []);
  useEffect(() => {
    let lastTold = '';
    let lastLooked = Date.now();
    function askAnew() {
      watchedSince.current = Date.now();
      void mutate();
    }
    function tell() {
      // A hidden tab asks nothing.
      if (document.hidden) return;
      const now = Date.now();
      if (now - lastLooked > sleptMs) askAnew();
      lastLooked = now;
      const ageMs = now - answeredAt.current;
      const watchedMs = Math.min(ageMs, now - watchedSince.current);
      const freshness = freshnessOf(watchedMs, intervalMs, error !== undefined);
      const ageSeconds = freshness === 'live' ? null : Math.max(0, Math.round(ageMs / 1000));
      const told = `${freshness} ${ageSeconds}`;
      // While it is live, a second that passes changes nothing.
      if (told === lastTold) return;
      lastTold = told;
      onAnswer({ state: data ?? null, freshness, ageSeconds });
    }
    // Before the first answer there is nothing to pass on.
    if (data !== undefined || error !== undefined) tell();
    const timer = setInterval(tell, tellEveryMs);
    const onShown = () => {
      if (!document.hidden) askAnew();
    };
    document.addEventListener('visibilitychange', onShown);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onShown);
    };
  }, [data, error, intervalMs, mutate, onAnswer]);
  return null;
}
