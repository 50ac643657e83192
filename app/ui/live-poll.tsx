'use client';
/** LivePoll: polls `/api/live` and passes on its answers. Shows nothing; loaded after the first view. */
import { useEffect } from 'react';
import useSWR from 'swr';
import type { LiveAnswer, LiveState } from './live.tsx';
import { askBy, isAttentive } from './live-attention.ts';

const movingMs = 2_000;
const idleMs = 15_000;

async function ask(url: string): Promise<LiveState> {
  const response = await fetch(url);
  if (response.status === 401) {
    window.location.assign('/sign-in?reason=ended');
  }
  if (!response.ok) throw new Error(`live answered ${response.status}`);
  // Our own route; its type is LiveState (app/api/live/route.ts).
  return (await response.json()) as LiveState;
}

export function LivePoll({ onAnswer }: { readonly onAnswer: (answer: LiveAnswer) => void }) {
  const { data, error, mutate } = useSWR<LiveState, unknown>('/api/live', ask, {
    refreshInterval: (latest) => (latest?.moving || isAttentive() ? movingMs : idleMs),
    refreshWhenHidden: false,
    revalidateOnFocus: true,
    keepPreviousData: true,
    dedupingInterval: 1_000,
  });
  useEffect(() => askBy(() => void mutate()), [mutate]);
  useEffect(() => {
    // Before the first answer there is nothing to pass on.
    if (data !== undefined || error !== undefined)
      onAnswer({ state: data ?? null, isCutOff: error !== undefined });
  }, [data, error, onAnswer]);
  return null;
}
