'use client';
/** The buttons of schedules: create, change, delete. */
import { Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { LaunchSource } from '#app/_shared/launch/launch-fields.tsx';
import { Button, IconButton } from '#app/ui/button.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { Schedule } from '#lib/schedules/model.ts';
import { deleteScheduleAction } from './actions.ts';

const ScheduleDialog = lazy(() => import('./schedule-dialog.tsx'));

/** Opens the form of a new schedule or of an existing one; the form is loaded when it opens. */
export function ScheduleButton({
  schedule,
  sources,
}: {
  /** Absent for a new one. */
  readonly schedule?: Schedule;
  readonly sources: readonly LaunchSource[];
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      {schedule ? (
        <Button size="sm" onPress={() => setOpen(true)}>
          Change
        </Button>
      ) : (
        <Button variant="primary" onPress={() => setOpen(true)}>
          New schedule
        </Button>
      )}
      {isOpen ? (
        <Suspense fallback={null}>
          <ScheduleDialog
            {...(schedule ? { schedule } : {})}
            sources={sources}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      ) : null}
    </>
  );
}

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
        <p>It launches no more runs. The runs it launched and their items are kept.</p>
      </ConfirmDialog>
    </>
  );
}
