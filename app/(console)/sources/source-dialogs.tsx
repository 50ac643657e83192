'use client';
/** What is asked before a source is paused, deleted or rolled back. */
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useRequestKey } from '#app/_shared/request-key.ts';
import { ConfirmDialog, FormDialog } from '#app/ui/dialog.tsx';
import { EndField, endOf, noEnd } from '#app/ui/end-field.tsx';
import { TextField } from '#app/ui/field.tsx';
import { countOf } from '#app/ui/num.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { pause, remove, rollBack } from './actions.ts';

interface DialogProps {
  readonly sourceId: string;
  readonly onClose: () => void;
}

/** For who comes from the palette: the button beside it does it at once. */
export function ResumeDialog({
  name,
  isPending,
  onConfirm,
  onClose,
}: {
  readonly name: string;
  readonly isPending: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}) {
  return (
    <ConfirmDialog
      isOpen
      onOpenChange={onClose}
      title={`Resume ${name}?`}
      confirmLabel="Resume source"
      cancelLabel="Leave it paused"
      isPending={isPending}
      onConfirm={onConfirm}
    >
      <p>Its queue is fetched again, at its polite rate.</p>
    </ConfirmDialog>
  );
}

export function PauseDialog({ sourceId, name, onClose }: DialogProps & { readonly name: string }) {
  const [reason, setReason] = useState('');
  const [end, setEnd] = useState(noEnd);
  const pausing = useAction(pause, {
    done: () => `${name} was paused; items in flight will finish`,
    onDone: onClose,
    showsError: true,
  });
  const fields = pausing.error?.fields;
  return (
    <FormDialog
      title={`Pause ${name}?`}
      size="sm"
      submitLabel="Pause source"
      cancelLabel="Let it run"
      isPending={pausing.isPending}
      error={pausing.error}
      onSubmit={() => pausing.run({ sourceId, reason, end: endOf(end) })}
      onClose={onClose}
    >
      <p className="text-sm text-ink-2">
        Nothing more is fetched from it until then. Its queue is kept.
      </p>
      <TextField
        label="Why"
        help="Optional. Shown wherever someone asks why an item is not running."
        maxLength={400}
        autoFocus
        value={reason}
        onChange={setReason}
        error={fields?.['reason']}
      />
      <EndField
        label="Until"
        open="Somebody resumes it"
        value={end}
        onChange={setEnd}
        error={fields?.['end']}
      />
    </FormDialog>
  );
}

export function DeleteDialog({
  sourceId,
  name,
  items,
  onClose,
}: DialogProps & {
  readonly name: string;
  /** Items that carry the source's name. */
  readonly items: number;
}) {
  const router = useRouter();
  const removing = useAction(remove, {
    done: ({ itemsLeft }) => `Deleted ${name}; ${countOf(itemsLeft, 'item')} kept`,
    onDone: () => router.push('/sources'),
  });
  return (
    <ConfirmDialog
      isOpen
      onOpenChange={onClose}
      title={`Delete ${name}?`}
      confirmLabel="Delete source"
      cancelLabel="Keep source"
      isDangerous
      isPending={removing.isPending}
      onConfirm={() => removing.run({ sourceId })}
    >
      <p>
        Its settings and secrets are deleted. {countOf(items, 'item')} and their records are kept,
        but pending ones are no longer fetched.
      </p>
      <p>A new source of the same name and type takes them over.</p>
    </ConfirmDialog>
  );
}

export function RollBackDialog({
  sourceId,
  revision,
  current,
  onClose,
}: DialogProps & {
  readonly revision: number;
  readonly current: number;
}) {
  const requestKeyOf = useRequestKey();
  const asked = { sourceId, revision, expectedRevision: current };
  const { run, isPending } = useAction(rollBack, {
    done: (saved) =>
      saved.revision === current
        ? 'The source already equals that revision'
        : `Rolled back to revision ${revision}, as revision ${saved.revision}`,
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      isOpen
      onOpenChange={onClose}
      title={`Roll back to revision ${revision}?`}
      confirmLabel="Roll back"
      isPending={isPending}
      onConfirm={() => run({ ...asked, requestKey: requestKeyOf(asked) })}
    >
      <p>
        Settings and seeds become those of revision {revision}. Nothing is lost: revision {current}{' '}
        stays in the list. Secrets do not change.
      </p>
    </ConfirmDialog>
  );
}
