'use client';
/** RetentionButton: opens the form of how long things are kept, which is loaded then. */
import { lazy, Suspense, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import type { Retention } from '#lib/retention/settings.ts';

const RetentionDialog = lazy(() => import('./retention-dialog.tsx'));

export function RetentionButton({ retention }: { readonly retention: Retention }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button size="sm" onPress={() => setOpen(true)} aria-label="Change the retention">
        Change
      </Button>
      {isOpen ? (
        <Suspense fallback={null}>
          <RetentionDialog retention={retention} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
