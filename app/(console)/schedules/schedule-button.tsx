'use client';
/** Opens the form of a new schedule or of one that is there; the form is loaded when it opens. */
import { lazy, Suspense, useState } from 'react';
import type { LaunchSource } from '#app/_shared/launch/launch-fields.tsx';
import { Button } from '#app/ui/button.tsx';
import type { Schedule } from '#lib/schedules/model.ts';

const ScheduleDialog = lazy(() => import('./schedule-dialog.tsx'));

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
