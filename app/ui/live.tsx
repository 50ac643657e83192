'use client';
/**
 * Live pages. LiveProvider asks `/api/live` every 2 s while something moves and every 15 s when
 * nothing does, never while the tab is hidden; LiveRefresh on a page loads it again when something
 * changed; useHoldLive holds it still (rows selected, a form being filled in).
 */
import { useRouter } from 'next/navigation';
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useTransition,
} from 'react';
import useSWR, { mutate } from 'swr';

export interface LiveState {
  readonly moving: boolean;
  readonly stamp: string;
  readonly health: {
    readonly ok: boolean;
    readonly latencyMs: number | null;
    readonly workers: number | null;
    readonly message: string | null;
  };
}

interface Live {
  readonly isOn: boolean;
  readonly setOn: (isOn: boolean) => void;
  /** Null until the first answer. */
  readonly state: LiveState | null;
  /** True when the last question was not answered. */
  readonly isCutOff: boolean;
  readonly isHeld: boolean;
  readonly hold: () => () => void;
}

const LiveContext = createContext<Live | null>(null);

const movingMs = 2_000;
const idleMs = 15_000;
const attentiveMs = 20_000;
const liveUrl = '/api/live';
const storageKey = 'holocron-live';

async function ask(url: string): Promise<LiveState> {
  const response = await fetch(url);
  if (response.status === 401) {
    window.location.assign('/sign-in?reason=ended');
  }
  if (!response.ok) throw new Error(`live answered ${response.status}`);
  // Our own route; its type is LiveState (app/api/live/route.ts).
  return (await response.json()) as LiveState;
}

/** Until when something is expected to move, because a person has just set it going. */
let attentiveUntil = 0;

/** Asks at once and keeps asking for a while, as after an action: what it set going moves now. */
export function askLiveNow(): void {
  attentiveUntil = performance.now() + attentiveMs;
  void mutate(liveUrl);
}

export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const [isOn, setOnState] = useState(true);
  const [holds, setHolds] = useState(0);
  useEffect(() => {
    if (localStorage.getItem(storageKey) === 'off') setOnState(false);
  }, []);
  const { data, error } = useSWR<LiveState, unknown>(isOn ? liveUrl : null, ask, {
    refreshInterval: (latest) =>
      latest?.moving || performance.now() < attentiveUntil ? movingMs : idleMs,
    refreshWhenHidden: false,
    revalidateOnFocus: true,
    keepPreviousData: true,
    dedupingInterval: 1_000,
  });
  const setOn = useCallback((next: boolean) => {
    localStorage.setItem(storageKey, next ? 'on' : 'off');
    setOnState(next);
  }, []);
  const hold = useCallback(() => {
    setHolds((count) => count + 1);
    return () => setHolds((count) => count - 1);
  }, []);
  const live = useMemo(
    () => ({
      isOn,
      setOn,
      state: data ?? null,
      isCutOff: error !== undefined,
      isHeld: holds > 0,
      hold,
    }),
    [isOn, setOn, data, error, holds, hold],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === null) throw new Error('useLive needs a LiveProvider above it');
  return live;
}

/** Holds the page still while `isHeld`. */
export function useHoldLive(isHeld: boolean): void {
  const { hold } = useLive();
  useEffect(() => (isHeld ? hold() : undefined), [isHeld, hold]);
}

/** Loads the page's data again whenever something it may show has changed. */
export function LiveRefresh() {
  const { isOn, isHeld, state } = useLive();
  const router = useRouter();
  const [isRefreshing, startRefresh] = useTransition();
  const shown = useRef<string | null>(null);
  const stamp = state?.stamp ?? null;
  const isMoving = state?.moving ?? false;
  useEffect(() => {
    if (!isOn || isHeld || stamp === null || isRefreshing) return;
    if (shown.current === stamp) return;
    const isFirst = shown.current === null;
    shown.current = stamp;
    // The first answer comes right after the server rendered the page; while things move, that may
    // already have been too early.
    if (!isFirst || isMoving) startRefresh(() => router.refresh());
  }, [isOn, isHeld, stamp, isMoving, isRefreshing, router]);
  return null;
}
