'use client';
/**
 * PayloadViewer: a payload as a JSON tree or as text, searched and copied from, also of many megabytes. What
 * shows it comes after the first view of the page.
 */
import { lazy, Suspense } from 'react';
import { formatBytes } from '#app/ui/num.tsx';
import { Skeleton } from '#app/ui/states.tsx';
import { LoadFailed } from './load-failed.tsx';
import { type PayloadSource, usePayload } from './use-payload.ts';

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
