/** The payload of a record as text: what the page brought along, or fetched when it is looked at. */
import { useEffect, useState } from 'react';

/** `text` null = too large to come with the page. */
export interface PayloadSource {
  readonly ingestId: string;
  readonly text: string | null;
  readonly bytes: number;
}

export type LoadedPayload =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'loaded'; readonly text: string };

export function usePayload(source: PayloadSource | null): {
  readonly payload: LoadedPayload;
  readonly retry: () => void;
} {
  const [round, setRound] = useState(0);
  const [fetched, setFetched] = useState<{
    readonly of: string;
    readonly payload: LoadedPayload;
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
