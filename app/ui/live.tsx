'use client';
/**
 * Live pages. LiveProvider asks `/api/live` every 2 s while something moves and every 15 s when
 * nothing does, never while the tab is hidden; LiveRefresh on a page loads it again when something
 * changed, RefreshButton when it is pressed; usePauseLive pauses the first (rows selected, a form being filled in).
 */
import { RefreshCw } from 'lucide-react';
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
import type { Stop } from '#lib/stops/read-stop.ts';
import type * as AfterFirstView from './after-first-view.ts';
import { Button } from './button.tsx';

export interface LiveState {
  readonly moving: boolean;
  readonly stamp: string;
  /** Set while everything is stopped. */
  readonly stop: Stop | null;
  readonly health: {
    readonly ok: boolean;
    readonly latencyMs: number | null;
    readonly workers: number | null;
    readonly message: string | null;
  };
}

/**
 * How new the newest answer is, judged by what arrived: `stale` = an answer is overdue, `lost` = questions go
 * unanswered.
 */
export type Freshness = 'live' | 'stale' | 'lost';

export interface LiveAnswer {
  /** Null until the first answer. */
  readonly state: LiveState | null;
  readonly freshness: Freshness;
  /** Whole seconds since the last answer; null while it is live. */
  readonly ageSeconds: number | null;
}

interface Live extends LiveAnswer {
  readonly isOn: boolean;
  readonly setOn: (isOn: boolean) => void;
  readonly isPaused: boolean;
  readonly pause: () => () => void;
}

const LiveContext = createContext<Live | null>(null);

/** What polls could not be loaded: the console may be back by then, ms. */
const loadAgainMs = 5_000;

const storageKey = 'holocron-live';
const unasked: LiveAnswer = { state: null, freshness: 'live', ageSeconds: null };

export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const [isOn, setOnState] = useState(true);
  const [pauses, setPauses] = useState(0);
  const [answer, setAnswer] = useState(unasked);
  const [parts, setParts] = useState<typeof AfterFirstView | null>(null);
  useEffect(() => {
    if (localStorage.getItem(storageKey) === 'off') setOnState(false);
    let timer: ReturnType<typeof setTimeout>;
    const load = () =>
      void import('./after-first-view.ts').then(setParts, () => {
        setAnswer({ state: null, freshness: 'lost', ageSeconds: null });
        timer = setTimeout(load, loadAgainMs);
      });
    load();
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => parts?.keepPressesSteady(), [parts]);
  const setOn = useCallback((next: boolean) => {
    localStorage.setItem(storageKey, next ? 'on' : 'off');
    setOnState(next);
  }, []);
  const pause = useCallback(() => {
    setPauses((count) => count + 1);
    return () => setPauses((count) => count - 1);
  }, []);
  const live = useMemo(
    () => ({
      isOn,
      setOn,
      ...answer,
      isPaused: pauses > 0,
      pause,
    }),
    [isOn, setOn, answer, pauses, pause],
  );
  return (
    <LiveContext value={live}>
      {children}
      {parts ? <parts.AskByAddress /> : null}
      {parts && isOn ? <parts.LivePoll onAnswer={setAnswer} /> : null}
    </LiveContext>
  );
}

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === null) throw new Error('useLive needs a LiveProvider above it');
  return live;
}

/** Stops the refreshing while `isPaused`. */
export function usePauseLive(isPaused: boolean): void {
  const { pause } = useLive();
  useEffect(() => (isPaused ? pause() : undefined), [isPaused, pause]);
}

/** While something moves, what depends on the time alone (a rate, how long something has been silent) is never older, ms. */
const oldestMs = 30_000;

/** Loads the page's data again whenever something it may show has changed. */
export function LiveRefresh() {
  const { isOn, isPaused, state } = useLive();
  const router = useRouter();
  const [isRefreshing, startRefresh] = useTransition();
  const shown = useRef<string | null>(null);
  const stamp = state?.stamp ?? null;
  const isMoving = state?.moving ?? false;
  useEffect(() => {
    if (!isOn || isPaused || stamp === null || isRefreshing) return;
    if (shown.current === stamp) return;
    const isFirst = shown.current === null;
    shown.current = stamp;
    // The first answer comes right after the server rendered the page; while things move, that may
    // already have been too early.
    if (!isFirst || isMoving) startRefresh(() => router.refresh());
  }, [isOn, isPaused, stamp, isMoving, isRefreshing, router]);
  useEffect(() => {
    if (!isOn || isPaused || !isMoving || isRefreshing) return;
    const timer = setTimeout(() => {
      if (!document.hidden) startRefresh(() => router.refresh());
    }, oldestMs);
    return () => clearTimeout(timer);
  }, [isOn, isPaused, isMoving, isRefreshing, router]);
  return null;
}

/** The page, drawn anew by the server. */
export function useRefresh() {
  const router = useRouter();
  const [isRefreshing, startRefresh] = useTransition();
  return { isRefreshing, refresh: () => startRefresh(() => router.refresh()) };
}

/** For a page that is costly to load and does not refresh itself. */
export function RefreshButton({ children }: { readonly children: ReactNode }) {
  const { isRefreshing, refresh } = useRefresh();
  return (
    <Button icon={<RefreshCw aria-hidden />} isPending={isRefreshing} onPress={refresh}>
      {children}
    </Button>
  );
}
