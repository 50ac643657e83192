'use client';
/** RecrawlButton: opens the form of a recrawl of this run. */
import { lazy, Suspense } from 'react';
import { useOpening } from '#app/_shared/request-key.ts';
import { Button } from '#app/ui/button.tsx';

const RecrawlDialog = lazy(() => import('./recrawl-dialog.tsx'));

export function RecrawlButton({
  runId,
  isOpenAtFirst,
}: {
  readonly runId: string;
  /** For an address that asks for the form; the address forgets it, so that going back does not. */
  readonly isOpenAtFirst: boolean;
}) {
  const { requestKey, open, close } = useOpening(isOpenAtFirst);
  return (
    <>
      <Button onPress={open}>Recrawl</Button>
      {requestKey === null ? null : (
        <Suspense fallback={null}>
          <RecrawlDialog key={requestKey} runId={runId} requestKey={requestKey} onClose={close} />
        </Suspense>
      )}
    </>
  );
}
