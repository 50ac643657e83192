'use client';
/** The form of a schedule: when, what it launches, and its next times while one types. */
import { useMemo } from 'react';
import {
  draftOf,
  type LaunchDraft,
  launchMergeFields,
  requestOf,
} from '#app/_shared/launch/launch-draft.ts';
import { LaunchFields, type LaunchSource } from '#app/_shared/launch/launch-fields.tsx';
import { useRequestKey } from '#app/_shared/request-key.ts';
import { Banner } from '#app/ui/banner.tsx';
import { FormDialog } from '#app/ui/dialog.tsx';
import { SwitchField, TextField } from '#app/ui/field.tsx';
import { ForeignChanges } from '#app/ui/foreign-changes.tsx';
import { fieldsNamed, fieldsWithin, type MergeField } from '#app/ui/merge-fields.ts';
import { formatUtc } from '#app/ui/num.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { useContestedForm } from '#app/ui/use-contested-form.ts';
import type { LaunchRequest } from '#lib/runs/model.ts';
import { cronInWords, cronProblem, nextTimes } from '#lib/schedules/cron.ts';
import type { Schedule } from '#lib/schedules/model.ts';
import { saveScheduleAction } from './actions.ts';
import { CronFields } from './cron-fields.tsx';

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
  const form = useContestedForm({
    saved: schedule ? savedOf(schedule) : newSchedule(),
    valuesOf: ({ request, ...own }) => ({ ...own, launch: draftOf(request ?? weekly) }),
    fields: mergeFieldsOfSchedule,
  });
  const { change } = form;
  const { name, cron, timezone, enabled, launch } = form.values;
  const save = useAction(saveScheduleAction, {
    done: () => (schedule ? `Saved the schedule ${name}` : `Created the schedule ${name}`),
    onDone: onClose,
    onFailed: form.onFailed,
    showsError: true,
  });
  const fields = save.error?.fields ?? {};
  const preview = useMemo(() => previewOf(cron, timezone), [cron, timezone]);
  const requestKeyOf = useRequestKey();
  const submit = () => {
    const asked = {
      ...(schedule ? { scheduleId: schedule.scheduleId } : {}),
      input: {
        name,
        cron,
        timezone,
        enabled,
        request: requestOf(launch, form.seen.request ?? weekly),
      },
      ...(schedule ? { seen: form.seen } : {}),
    };
    save.run({ ...asked, requestKey: requestKeyOf(asked) });
  };

  return (
    <FormDialog
      title={schedule ? `Schedule ${schedule.name}` : 'New schedule'}
      submitLabel={schedule ? 'Save schedule' : 'Create schedule'}
      isPending={save.isPending}
      error={form.shown(save.error)}
      onSubmit={submit}
      onClose={onClose}
    >
      <ForeignChanges contest={form.contest} what="changed this schedule" />
      <TextField
        label="Name"
        value={name}
        onChange={(value) => change({ name: value })}
        isRequired
        autoFocus
        error={fields['name']}
      />
      <CronFields
        value={cron}
        onChange={(value) => change({ cron: value })}
        error={fields['cron']}
      />
      <TextField
        label="Time zone"
        help="Such as UTC or Europe/Berlin"
        value={timezone}
        onChange={(value) => change({ timezone: value })}
        error={fields['timezone']}
      />
      <Banner kind={preview.ok ? 'info' : 'warn'} title={preview.title} isLive>
        {preview.times.length === 0 ? null : (
          <ol aria-label="Next times" className="grid gap-x-4 sm:grid-cols-2">
            {preview.times.map(({ at, words }) => (
              <li key={at}>
                <time dateTime={at} title={formatUtc(at)} className="num">
                  {words}
                </time>
              </li>
            ))}
          </ol>
        )}
      </Banner>
      <LaunchFields
        draft={launch}
        sources={sources}
        onChange={(changes) => change({ launch: { ...launch, ...changes } })}
        errors={fields}
      />
      <SwitchField
        label="Enabled"
        help="A disabled schedule keeps its settings and launches nothing."
        isSelected={enabled}
        onChange={(value) => change({ enabled: value })}
      />
    </FormDialog>
  );
}

const savedOf = ({ name, cron, timezone, enabled, request }: Schedule) => ({
  name,
  cron,
  timezone,
  enabled,
  request,
});

const newSchedule = (): ReturnType<typeof savedOf> => ({
  name: '',
  cron: '0 3 * * *',
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  enabled: true,
  request: null,
});

type Values = Omit<ReturnType<typeof savedOf>, 'request'> & { readonly launch: LaunchDraft };

const mergeFieldsOfSchedule: readonly MergeField<Values>[] = [
  ...fieldsNamed<Values>(
    { name: 'Name', cron: 'When', timezone: 'Time zone', enabled: 'Enabled' },
    { cron: ({ cron }) => `${cron} (${cronInWords(cron)})` },
  ),
  ...fieldsWithin<Values, 'launch'>('launch', launchMergeFields),
];

const mostShown = 5;

function previewOf(cron: string, timezone: string) {
  const problem = cronProblem(cron, timezone);
  if (problem !== null) return { ok: false, title: `This ${problem}.`, times: [] };
  const words = cronInWords(cron);
  const inZone = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    // Where the clock is changed, the hour alone does not say when.
    timeZoneName: 'shortOffset',
  });
  return {
    ok: true,
    title: `${words.charAt(0).toUpperCase()}${words.slice(1)}, next:`,
    times: nextTimes(cron, timezone, new Date().toISOString(), mostShown).map((at) => ({
      at,
      words: inZone.format(new Date(at)),
    })),
  };
}
