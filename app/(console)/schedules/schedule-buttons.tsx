'use client';
/** The buttons of schedules: create, change, delete. */
import { lazy, Suspense, useState } from 'react';
import { DeleteButton } from '#app/_shared/delete-button.tsx';
import type { LaunchSource } from '#app/_shared/launch/launch-fields.tsx';
import { Button } from '#app/ui/button.tsx';
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
  return (
    <DeleteButton action={deleteScheduleAction} input={{ scheduleId }} what="schedule" name={name}>
      <p>It launches no more runs. The runs it launched and their items are kept.</p>
    </DeleteButton>
  );
}
