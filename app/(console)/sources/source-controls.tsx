'use client';
/** The buttons of a source: pause, resume, delete, roll back. */
import { Pause, Play, Trash2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useRequestKey } from '#app/_shared/request-key.ts';
import { Button } from '#app/ui/button.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { TextField } from '#app/ui/field.tsx';
import { countOf } from '#app/ui/num.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { pause, remove, resume, rollBack } from './actions.ts';

interface Props {
  readonly sourceId: string;
  readonly name: string;
}

export function PauseButton({
  sourceId,
  name,
  isPaused,
  size = 'md',
}: Props & { readonly isPaused: boolean; readonly size?: 'sm' | 'md' }) {
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const resuming = useAction(resume, { done: () => `${name} was resumed` });
  const pausing = useAction(pause, {
    done: () => `${name} was paused; items in flight will finish`,
    onDone: () => setOpen(false),
  });
  if (isPaused) {
    return (
      <Button
        size={size}
        icon={<Play aria-hidden />}
        isPending={resuming.isPending}
        onPress={() => resuming.run({ sourceId })}
      >
        Resume
      </Button>
    );
  }
  return (
    <>
      <Button size={size} icon={<Pause aria-hidden />} onPress={() => setOpen(true)}>
        Pause
      </Button>
      <ConfirmDialog
        isOpen={isOpen}
        onOpenChange={setOpen}
        title={`Pause ${name}?`}
        confirmLabel="Pause source"
        cancelLabel="Let it run"
        isPending={pausing.isPending}
        onConfirm={() => pausing.run({ sourceId, reason })}
      >
        <p>Nothing more is fetched from it until someone resumes it. Its queue is kept.</p>
        <TextField
          label="Why"
          help="Optional. Shown wherever someone asks why an item is not running."
          maxLength={400}
          value={reason}
          onChange={setReason}
        />
      </ConfirmDialog>
    </>
  );
}

export function DeleteButton({
  sourceId,
  name,
  items,
}: Props & {
  /** Items that carry the source's name. */
  readonly items: number;
}) {
  const router = useRouter();
  const [isOpen, setOpen] = useState(false);
  const removing = useAction(remove, {
    done: ({ itemsLeft }) => `Deleted ${name}; ${countOf(itemsLeft, 'item')} kept`,
    onDone: () => router.push('/sources'),
  });
  return (
    <>
      <Button variant="danger" icon={<Trash2 aria-hidden />} onPress={() => setOpen(true)}>
        Delete
      </Button>
      <ConfirmDialog
        isOpen={isOpen}
        onOpenChange={setOpen}
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
    </>
  );
}

/** Makes an earlier revision the one in force, as a new revision. */
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
        ? 'The source already equals that revision'
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
          {current} stays in the list. Secrets do not change.
        </p>
      </ConfirmDialog>
    </>
  );
}
