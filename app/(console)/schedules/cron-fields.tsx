'use client';
/** CronFields: how often, in words a person chooses, and the cron expression that it comes to; each follows the other. */
import { useState } from 'react';
import { CheckboxField, Field, inputStyle, NumberField, TextField } from '#app/ui/field.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import {
  type CronPreset,
  cronOf,
  hourSteps,
  inWeekOrder,
  isWorkdays,
  minuteSteps,
  type PresetKind,
  presetLike,
  presetOf,
  week,
  weekdayNames,
  workdays,
} from '#lib/schedules/cron-presets.ts';

/** Monday to Friday is a weekly rhythm to the expression, and a choice of its own to people. */
type Choice = PresetKind | 'workdays' | 'expression';

const choices: readonly { readonly value: Choice; readonly label: string }[] = [
  { value: 'minutes', label: 'Every few minutes' },
  { value: 'hours', label: 'Hourly' },
  { value: 'daily', label: 'Daily' },
  { value: 'workdays', label: 'Monday to Friday' },
  { value: 'weekly', label: 'Weekly' },
  { value: 'monthly', label: 'Monthly' },
  { value: 'expression', label: 'By a cron expression' },
];

const choiceOf = (preset: CronPreset | null): Choice => {
  if (preset === null) return 'expression';
  return preset.kind === 'weekly' && isWorkdays(preset.days) ? 'workdays' : preset.kind;
};

export function CronFields({
  value,
  onChange,
  error,
}: {
  /** The expression. */
  readonly value: string;
  readonly onChange: (expression: string) => void;
  readonly error: string | undefined;
}) {
  /** Chosen, although the expression could be read otherwise: five single days are Monday to Friday too. */
  const [kept, setKept] = useState<{ readonly choice: Choice; readonly of: string } | null>(null);
  const preset = presetOf(value);
  const choice = kept?.of === value ? kept.choice : choiceOf(preset);
  const set = (next: CronPreset, as: Choice) => {
    const expression = cronOf(next);
    setKept({ choice: as, of: expression });
    onChange(expression);
  };
  const choose = (next: Choice) => {
    if (next === 'expression') setKept({ choice: next, of: value });
    else if (next === 'workdays') {
      const { hour, minute } = timeOf(preset);
      set({ kind: 'weekly', days: workdays, hour, minute }, next);
    } else set(presetLike(next, preset), next);
  };
  return (
    <div className="grid items-start gap-4 sm:grid-cols-2">
      <SelectField
        label="Repeats"
        options={choices}
        value={choice}
        onChange={(chosen) => choose(choices.find((one) => one.value === chosen)?.value ?? choice)}
      />
      {preset === null || choice === 'expression' ? null : (
        <PresetFields preset={preset} choice={choice} onChange={(next) => set(next, choice)} />
      )}
      <TextField
        label="Cron expression"
        help="Minute, hour, day, month, weekday"
        value={value}
        onChange={onChange}
        mono
        error={error}
        className="sm:col-span-2"
      />
    </div>
  );
}

const timeOf = (preset: CronPreset | null) => {
  const { hour, minute } = presetLike('daily', preset) as CronPreset & { kind: 'daily' };
  return { hour, minute };
};

function PresetFields({
  preset,
  choice,
  onChange,
}: {
  readonly preset: CronPreset;
  readonly choice: Choice;
  readonly onChange: (preset: CronPreset) => void;
}) {
  switch (preset.kind) {
    case 'minutes':
      return (
        <StepField
          label="Every"
          steps={minuteSteps}
          unit="minute"
          value={preset.every}
          onChange={(every) => onChange({ ...preset, every })}
        />
      );
    case 'hours':
      return (
        <div className="grid grid-cols-2 gap-4">
          <StepField
            label="Every"
            steps={hourSteps}
            unit="hour"
            value={preset.every}
            onChange={(every) => onChange({ ...preset, every })}
          />
          <NumberField
            label="At minute"
            minValue={0}
            maxValue={59}
            step={1}
            value={preset.minute}
            onChange={(minute) => isWithin(minute, 0, 59) && onChange({ ...preset, minute })}
          />
        </div>
      );
    case 'daily':
      return <TimeOfDay value={preset} onChange={(time) => onChange({ ...preset, ...time })} />;
    case 'weekly':
      return (
        <>
          <TimeOfDay value={preset} onChange={(time) => onChange({ ...preset, ...time })} />
          {choice === 'workdays' ? null : <Days preset={preset} onChange={onChange} />}
        </>
      );
    case 'monthly':
      return (
        <div className="grid grid-cols-2 gap-4">
          <SelectField
            label="On day"
            value={String(preset.day)}
            options={daysOfMonth}
            onChange={(day) => onChange({ ...preset, day: day === 'last' ? 'last' : Number(day) })}
          />
          <TimeOfDay value={preset} onChange={(time) => onChange({ ...preset, ...time })} />
        </div>
      );
  }
}

const daysOfMonth = [
  ...Array.from({ length: 31 }, (_, at) => ({
    value: String(at + 1),
    label: String(at + 1),
    ...(at < 28 ? {} : { description: 'Months that have none are left out' }),
  })),
  { value: 'last', label: 'The last day' },
];

const isWithin = (number: number, least: number, most: number) =>
  Number.isInteger(number) && number >= least && number <= most;

function StepField({
  label,
  steps,
  unit,
  value,
  onChange,
}: {
  readonly label: string;
  readonly steps: readonly number[];
  readonly unit: string;
  readonly value: number;
  readonly onChange: (step: number) => void;
}) {
  return (
    <SelectField
      label={label}
      value={String(value)}
      options={steps.map((step) => ({
        value: String(step),
        label: step === 1 ? unit : `${step} ${unit}s`,
      }))}
      onChange={(step) => onChange(Number(step))}
    />
  );
}

interface TimeOfDayValue {
  readonly hour: number;
  readonly minute: number;
}

const two = (number: number) => String(number).padStart(2, '0');

function TimeOfDay({
  value: { hour, minute },
  onChange,
}: {
  readonly value: TimeOfDayValue;
  readonly onChange: (value: TimeOfDayValue) => void;
}) {
  return (
    <Field label="At">
      {(tied) => (
        <input
          {...tied}
          type="time"
          value={`${two(hour)}:${two(minute)}`}
          onChange={(event) => {
            const [hours, minutes] = event.target.value.split(':').map(Number);
            // While one part of it is empty there is no time.
            if (hours !== undefined && minutes !== undefined)
              onChange({ hour: hours, minute: minutes });
          }}
          className={inputStyle}
        />
      )}
    </Field>
  );
}

function Days({
  preset,
  onChange,
}: {
  readonly preset: CronPreset & { readonly kind: 'weekly' };
  readonly onChange: (preset: CronPreset) => void;
}) {
  const { days } = preset;
  return (
    <fieldset className="sm:col-span-2">
      <legend className="mb-1 text-xs font-medium text-ink">On</legend>
      <div className="flex flex-wrap gap-x-4 gap-y-1.5">
        {week.map((day) => (
          <CheckboxField
            key={day}
            label={weekdayNames[day]}
            isSelected={days.includes(day)}
            // One day stays: without any it would never come due.
            isDisabled={days.length === 1 && days.includes(day)}
            onChange={(isOn) =>
              onChange({
                ...preset,
                days: inWeekOrder(isOn ? [...days, day] : days.filter((one) => one !== day)),
              })
            }
          />
        ))}
      </div>
    </fieldset>
  );
}
