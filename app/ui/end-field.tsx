'use client';
/** EndField: until when something is to hold: until a person ends it, for an hour, or until a time of their own. */
import { Field, type FieldProps, inputStyle } from './field.tsx';
import { SelectField } from './select-field.tsx';

export interface End {
  readonly kind: 'open' | 'hour' | 'time';
  /** Of the control, in the browser's zone: `2026-11-30T12:00`. */
  readonly time: string;
}
export const noEnd: End = { kind: 'open', time: '' };

/** As the server takes it; a time that was not given stays one that it refuses. */
export function endOf({ kind, time }: End): { minutes: number } | { at: string } | null {
  if (kind === 'open') return null;
  if (kind === 'hour') return { minutes: 60 };
  const at = new Date(time);
  return { at: Number.isNaN(at.getTime()) ? '' : at.toISOString() };
}

export function EndField({
  label,
  open,
  value,
  onChange,
  error,
}: Pick<FieldProps, 'label' | 'error'> & {
  /** What ends it where no time does: "Somebody presses Go on". */
  readonly open: string;
  readonly value: End;
  readonly onChange: (end: End) => void;
}) {
  const { kind, time } = value;
  return (
    <div className="flex flex-col gap-2">
      <SelectField
        label={label}
        options={[
          { value: 'open', label: open },
          { value: 'hour', label: 'In 1 hour' },
          { value: 'time', label: 'At a time' },
        ]}
        value={kind}
        onChange={(next) =>
          onChange({ time, kind: next === 'hour' || next === 'time' ? next : 'open' })
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
