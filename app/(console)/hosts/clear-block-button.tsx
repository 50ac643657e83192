'use client';
import { useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { clearBlockAction } from './actions.ts';

export function ClearBlockButton({ host }: { readonly host: string }) {
  const [isOpen, setOpen] = useState(false);
  const clear = useAction(clearBlockAction, {
    done: () => `Workers may ask ${host} again now`,
    onDone: () => setOpen(false),
  });
  return (
    <>
      <Button size="sm" onPress={() => setOpen(true)}>
        Clear block
      </Button>
      <ConfirmDialog
        isOpen={isOpen}
        onOpenChange={setOpen}
        title={`Ask ${host} again now?`}
        confirmLabel="Clear block"
        isPending={clear.isPending}
        onConfirm={() => clear.run({ host })}
      >
        <p>
          The host told us to wait. Workers will send requests to it at once, at the polite rate of
          each source. If it still refuses, it is blocked again, perhaps for longer.
        </p>
      </ConfirmDialog>
    </>
  );
}
