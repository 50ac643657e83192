'use client';
/** The form of a schedule: when, what it launches, and its next times while one types. */
import { useMemo, useState } from 'react';
import { draftOf, requestOf } from '#app/_shared/launch/launch-draft.ts';
import { LaunchFields, type LaunchSource } from '#app/_shared/launch/launch-fields.tsx';
import { useRequestKey } from '#app/_shared/request-key.ts';
import { Banner } from '#app/ui/banner.tsx';
import { FormDialog } from '#app/ui/dialog.tsx';
import { SwitchField, TextField } from '#app/ui/field.tsx';
import { formatUtc } from '#app/ui/num.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { LaunchRequest } from '#lib/runs/model.ts';
import { cronInWords, cronProblem, nextTimes } from '#lib/schedules/cron.ts';
import type { Schedule } from '#lib/schedules/model.ts';
import { saveScheduleAction } from './actions.ts';

const weekly: LaunchRequest = { kind: 'recrawl', sources: [], staleDays: 7 };

export default function ScheduleDialog({
  schedule,
  sources,
  onClose,
}: {
  readonly schedule?: Schedule;
  readonly sources: readonly LaunchSource[];
  readonly onClose: () => void;
}) {
  const request = schedule?.request ?? weekly;
  const [name, setName] = useState(schedule?.name ?? '');
  const [cron, setCron] = useState(schedule?.cron ?? '0 3 * * *');
  const [timezone, setTimezone] = useState(
    () => schedule?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  );
  const [isEnabled, setEnabled] = useState(schedule?.enabled ?? true);
  const [draft, setDraft] = useState(() => draftOf(request));
  const save = useAction(saveScheduleAction, {
    done: () => (schedule ? `Saved the schedule ${name}` : `Created the schedule ${name}`),
    onDone: onClose,
    showsError: true,
  });
  const fields = save.error?.fields ?? {};
  const preview = useMemo(() => previewOf(cron, timezone), [cron, timezone]);
  const requestKeyOf = useRequestKey();
  const submit = () => {
    const asked = {
      ...(schedule ? { scheduleId: schedule.scheduleId } : {}),
      input: { name, cron, timezone, enabled: isEnabled, request: requestOf(draft, request) },
    };
    save.run({ ...asked, requestKey: requestKeyOf(asked) });
  };

  return (
    <FormDialog
      title={schedule ? `Schedule ${schedule.name}` : 'New schedule'}
      submitLabel={schedule ? 'Save schedule' : 'Create schedule'}
      isPending={save.isPending}
      error={save.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label="Name"
        value={name}
        onChange={setName}
        isRequired
        autoFocus
        error={fields['name']}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="When"
          help="Minute, hour, day, month, weekday"
          value={cron}
          onChange={setCron}
          mono
          error={fields['cron']}
        />
        <TextField
          label="Time zone"
          help="Such as UTC or Europe/Berlin"
          value={timezone}
          onChange={setTimezone}
          error={fields['timezone']}
        />
      </div>
      <Banner kind={preview.ok ? 'info' : 'warn'} title={preview.title}>
        {preview.lines.map((line) => (
          <span key={line} className="num mr-4 inline-block">
            {line}
          </span>
        ))}
      </Banner>
      <LaunchFields
        draft={draft}
        sources={sources}
        onChange={(changes) => setDraft({ ...draft, ...changes })}
        errors={fields}
      />
      <SwitchField
        label="Enabled"
        help="A disabled schedule keeps its settings and launches nothing."
        isSelected={isEnabled}
        onChange={setEnabled}
      />
    </FormDialog>
  );
}

function previewOf(cron: string, timezone: string) {
  const problem = cronProblem(cron, timezone);
  if (problem !== null) return { ok: false, title: `This ${problem}.`, lines: [] };
  const words = cronInWords(cron);
  return {
    ok: true,
    title: `${words.charAt(0).toUpperCase()}${words.slice(1)}, next:`,
    lines: nextTimes(cron, timezone, new Date().toISOString(), 3).map(formatUtc),
  };
}
