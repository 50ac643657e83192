'use client';
/**
 * PayloadViewer: a payload as a JSON tree or as text, searched and copied from, also of many megabytes. What
 * shows it comes after the first view of the page.
 */
import { lazy, Suspense, useEffect, useState } from 'react';
import { Banner } from '#app/ui/banner.tsx';
import { Button } from '#app/ui/button.tsx';
import { formatBytes } from '#app/ui/num.tsx';
import { Skeleton } from '#app/ui/states.tsx';

const LoadedPayload = lazy(() => import('./loaded-payload.tsx'));

export function PayloadViewer({
  source,
  maxHeight = '40rem',
}: {
  readonly source: PayloadSource;
  readonly maxHeight?: string;
}) {
  const { payload, retry } = usePayload(source);
  const loading = <Loading bytes={source.bytes} height={maxHeight} />;
  if (payload.kind === 'loading') return loading;
  if (payload.kind === 'failed') {
    return (
      <LoadFailed
        title="The payload could not be loaded"
        message={payload.message}
        onRetry={retry}
      />
    );
  }
  return (
    <Suspense fallback={loading}>
      <LoadedPayload text={payload.text} maxHeight={maxHeight} />
    </Suspense>
  );
}

/** Of the size of what comes. */
function Loading({ bytes, height }: { readonly bytes: number; readonly height: string }) {
  return (
    <div role="status" className="flex flex-col gap-2">
      <span className="flex h-8 items-center text-xs text-ink-2">
        Loading {formatBytes(bytes)} …
      </span>
      <div style={{ height }} className="flex flex-col gap-3 overflow-hidden rounded border p-3">
        {Array.from({ length: 24 }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: grey bars that never change places
          <Skeleton key={at} className={at % 3 === 0 ? 'h-2.5 w-1/3' : 'h-2.5 w-2/3'} />
        ))}
      </div>
    </div>
  );
}

/** `text` null = too large to come with the page. */
export interface PayloadSource {
  readonly ingestId: string;
  readonly text: string | null;
  readonly bytes: number;
}

type PayloadState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'loaded'; readonly text: string };

/** The payload of a record as text: sent with the page, or fetched when it is opened. */
export function usePayload(source: PayloadSource | null): {
  readonly payload: PayloadState;
  readonly retry: () => void;
} {
  const [round, setRound] = useState(0);
  const [fetched, setFetched] = useState<{
    readonly of: string;
    readonly payload: PayloadState;
  }>();
  const ingestId = source?.text === null ? source.ingestId : null;
  const key = `${ingestId} ${round}`;
  useEffect(() => {
    if (ingestId === null) return;
    const stop = new AbortController();
    readText(ingestId, stop.signal).then(
      (text) => setFetched({ of: key, payload: { kind: 'loaded', text } }),
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const message = error instanceof Error ? error.message : 'It could not be loaded.';
        setFetched({ of: key, payload: { kind: 'failed', message } });
      },
    );
    return () => stop.abort();
  }, [ingestId, key]);
  const retry = () => setRound((known) => known + 1);
  if (source?.text != null) return { payload: { kind: 'loaded', text: source.text }, retry };
  return { payload: fetched?.of === key ? fetched.payload : { kind: 'loading' }, retry };
}

async function readText(ingestId: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(`/records/${ingestId}/payload`, { signal });
  const text = await response.text();
  if (response.ok) return text;
  throw new Error(text.split('\n')[0] || `The console answered ${response.status}.`);
}

/** Why a payload is not shown, and the way to try again. */
export function LoadFailed({
  title,
  message,
  onRetry,
}: {
  readonly title: string;
  readonly message: string;
  readonly onRetry: () => void;
}) {
  return (
    <Banner title={title}>
      <span className="flex flex-wrap items-center gap-3">
        {message}
        <Button size="sm" onPress={onRetry}>
          Load again
        </Button>
      </span>
    </Banner>
  );
}
