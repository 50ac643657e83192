'use client';
/** RecrawlButton: opens the form of a recrawl of this run; each opening is one intention with a key of its own. */
import { lazy, Suspense, useEffect, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { newRequestKey } from '../request-key.ts';

const RecrawlDialog = lazy(() => import('./recrawl-dialog.tsx'));

export function RecrawlButton({
  runId,
  isOpenAtFirst,
}: {
  readonly runId: string;
  /** For an address that asks for the form; the address forgets it, so that going back does not. */
  readonly isOpenAtFirst: boolean;
}) {
  const [requestKey, setRequestKey] = useState<string | null>(null);
  useEffect(() => {
    if (!isOpenAtFirst) return;
    setRequestKey(newRequestKey());
    window.history.replaceState(null, '', window.location.pathname);
  }, [isOpenAtFirst]);
  return (
    <>
      <Button onPress={() => setRequestKey(newRequestKey())}>Recrawl</Button>
      {requestKey === null ? null : (
        <Suspense fallback={null}>
          <RecrawlDialog
            key={requestKey}
            runId={runId}
            requestKey={requestKey}
            onClose={() => setRequestKey(null)}
          />
        </Suspense>
      )}
    </>
  );
}
