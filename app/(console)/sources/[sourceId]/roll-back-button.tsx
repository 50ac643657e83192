'use client';
/** RollBackButton: makes an earlier revision the one in force, as a new revision. */
import { useState } from 'react';
import { useRequestKey } from '#app/_shared/request-key.ts';
import { Button } from '#app/ui/button.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { rollBack } from '../actions.ts';

export function RollBackButton({
  sourceId,
  revision,
  current,
}: {
  readonly sourceId: string;
  readonly revision: number;
  readonly current: number;
}) {
  const [isOpen, setOpen] = useState(false);
  const requestKeyOf = useRequestKey();
  const asked = { sourceId, revision, expectedRevision: current };
  const { run, isPending } = useAction(rollBack, {
    done: (saved) =>
      saved.revision === current
        ? 'Nothing differs from that revision'
        : `Rolled back to revision ${revision}, as revision ${saved.revision}`,
    onDone: () => setOpen(false),
  });
  return (
    <>
      <Button size="sm" onPress={() => setOpen(true)}>
        Roll back to this
      </Button>
      <ConfirmDialog
        isOpen={isOpen}
        onOpenChange={setOpen}
        title={`Roll back to revision ${revision}?`}
        confirmLabel="Roll back"
        isPending={isPending}
        onConfirm={() => run({ ...asked, requestKey: requestKeyOf(asked) })}
      >
        <p>
          Settings and seeds become those of revision {revision}. Nothing is lost: revision{' '}
          {current} stays in the list. Secrets are not touched.
        </p>
      </ConfirmDialog>
    </>
  );
}
