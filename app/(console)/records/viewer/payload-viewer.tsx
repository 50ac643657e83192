'use client';
/** PayloadViewer: a payload as a JSON tree or as text, searched and copied from, also of many megabytes. */
import { useMemo, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { formatBytes } from '#app/ui/num.tsx';
import { Skeleton } from '#app/ui/states.tsx';
import { parseJson } from '#lib/json.ts';
import { JsonTree } from './json-tree.tsx';
import { LoadFailed } from './load-failed.tsx';
import { TextView } from './text-view.tsx';
import { type PayloadSource, usePayload } from './use-payload.ts';

export function PayloadViewer({
  source,
  maxHeight = '40rem',
}: {
  readonly source: PayloadSource;
  readonly maxHeight?: string;
}) {
  const { payload, retry } = usePayload(source);
  if (payload.kind === 'loading') return <Loading bytes={source.bytes} height={maxHeight} />;
  if (payload.kind === 'failed') {
    return (
      <LoadFailed
        title="The payload could not be loaded"
        message={payload.message}
        onRetry={retry}
      />
    );
  }
  return <Loaded text={payload.text} maxHeight={maxHeight} />;
}

function Loaded({ text, maxHeight }: { readonly text: string; readonly maxHeight: string }) {
  const value = useMemo(() => parseJson(text), [text]);
  const [shape, setShape] = useState<'tree' | 'text'>('tree');
  const switcher =
    value === undefined ? null : (
      <fieldset aria-label="Shape" className="flex">
        {(['tree', 'text'] as const).map((name) => (
          <Button
            key={name}
            size="sm"
            variant={shape === name ? 'secondary' : 'quiet'}
            aria-pressed={shape === name}
            onPress={() => setShape(name)}
          >
            {name === 'tree' ? 'Tree' : 'As received'}
          </Button>
        ))}
      </fieldset>
    );
  return (
    <div className="flex min-w-0 flex-col gap-2">
      {value === undefined || shape === 'text' ? (
        <TextView text={text} maxHeight={maxHeight} switcher={switcher} />
      ) : (
        <JsonTree root={value} maxHeight={maxHeight} switcher={switcher} />
      )}
    </div>
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
