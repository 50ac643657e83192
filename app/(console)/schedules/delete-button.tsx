'use client';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '#app/ui/button.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { deleteScheduleAction } from './actions.ts';

export function DeleteScheduleButton({
  scheduleId,
  name,
}: {
  readonly scheduleId: string;
  readonly name: string;
}) {
  const [isOpen, setOpen] = useState(false);
  const remove = useAction(deleteScheduleAction, {
    done: () => `Deleted the schedule ${name}`,
    onDone: () => setOpen(false),
  });
  return (
    <>
      <IconButton label={`Delete ${name}`} size="sm" onPress={() => setOpen(true)}>
        <Trash2 aria-hidden />
      </IconButton>
      <ConfirmDialog
        isOpen={isOpen}
        onOpenChange={setOpen}
        title={`Delete the schedule ${name}?`}
        confirmLabel="Delete schedule"
        isDangerous
        isPending={remove.isPending}
        onConfirm={() => remove.run({ scheduleId })}
      >
        <p>It launches no more runs. The runs it launched and their items stay.</p>
      </ConfirmDialog>
    </>
  );
}
