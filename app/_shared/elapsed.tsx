'use client';
/** Elapsed: how long something took, or has taken so far by the page's clock. */
import { formatDuration } from '#app/ui/num.tsx';
import { useNow } from '#app/ui/time.tsx';

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
