'use client';
/** EndField: until when something is to hold: until a person ends it, for an hour, a day or a week, or until a time of their own. */
import { Field, type FieldProps, inputStyle } from './field.tsx';
import { SelectField } from './select-field.tsx';

const minutesOf = { hour: 60, day: 1_440, week: 10_080 } as const;

export interface End {
  readonly kind: 'open' | keyof typeof minutesOf | 'time';
  /** Of the control, in the browser's zone: `2026-11-30T12:00`. */
  readonly time: string;
}
export const noEnd: End = { kind: 'open', time: '' };
export const inADay: End = { kind: 'day', time: '' };

/** As the server takes it; a time that was not given stays one that it refuses. */
export function endOf({ kind, time }: End): { minutes: number } | { at: string } | null {
  if (kind === 'open') return null;
  if (kind !== 'time') return { minutes: minutesOf[kind] };
  const at = new Date(time);
  return { at: Number.isNaN(at.getTime()) ? '' : at.toISOString() };
}

const choices = [
  { value: 'hour', label: 'In 1 hour' },
  { value: 'day', label: 'In 1 day' },
  { value: 'week', label: 'In 1 week' },
  { value: 'time', label: 'At a time' },
] as const;

export function EndField({
  label,
  open,
  value,
  onChange,
  error,
}: Pick<FieldProps, 'label' | 'error'> & {
  /** What ends it where no time does: "Somebody presses Go on"; null = it needs an end. */
  readonly open: string | null;
  readonly value: End;
  readonly onChange: (end: End) => void;
}) {
  const { kind, time } = value;
  return (
    <div className="flex flex-col gap-2">
      <SelectField
        label={label}
        options={[...(open === null ? [] : [{ value: 'open', label: open }]), ...choices]}
        value={kind}
        onChange={(next) =>
          onChange({ time, kind: choices.find(({ value }) => value === next)?.value ?? 'open' })
        }
        {...(kind === 'time' ? {} : { error })}
      />
      {kind === 'time' ? (
        <Field label="Date and time" help="In your own time zone." error={error} isRequired>
          {(tied) => (
            <input
              {...tied}
              type="datetime-local"
              value={time}
              onChange={(event) => onChange({ kind, time: event.target.value })}
              className={inputStyle}
            />
          )}
        </Field>
      ) : null}
    </div>
  );
}
