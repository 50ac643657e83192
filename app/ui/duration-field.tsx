'use client';
/** DurationField: a length of time in the unit that suits it; its value is seconds. */
import { useState } from 'react';
import { cx } from './cx.ts';
import { Field, type FieldProps, inputStyle } from './field.tsx';

const units = [
  { name: 'seconds', seconds: 1 },
  { name: 'minutes', seconds: 60 },
  { name: 'hours', seconds: 3_600 },
  { name: 'days', seconds: 86_400 },
] as const;

/** The largest unit in which it is a whole number. */
function unitFor(seconds: number): (typeof units)[number] {
  const whole = units.filter((unit) => seconds > 0 && seconds % unit.seconds === 0);
  return whole.at(-1) ?? units[0];
}

export function DurationField({
  label,
  help,
  error,
  hideLabel,
  className,
  isRequired = false,
  isDisabled = false,
  value,
  onChange,
}: Omit<FieldProps, 'name' | 'autoFocus'> & {
  /** Seconds; NaN = empty. */
  readonly value: number;
  readonly onChange: (seconds: number) => void;
}) {
  const [unit, setUnit] = useState(() => unitFor(value));
  const amount = Number.isNaN(value) ? '' : String(Number((value / unit.seconds).toPrecision(12)));
  return (
    <Field {...{ label, help, error, isRequired, hideLabel, className }}>
      {(tied) => (
        <div className="flex items-center gap-2">
          <input
            {...tied}
            type="number"
            inputMode="decimal"
            min={0}
            step="any"
            disabled={isDisabled}
            value={amount}
            onChange={(event) => onChange(event.target.valueAsNumber * unit.seconds)}
            // The wheel scrolls the page; it does not change a number on the way.
            onWheel={(event) => event.currentTarget.blur()}
            className={cx(
              inputStyle,
              'num max-w-24 [appearance:textfield] [&::-webkit-inner-spin-button]:appearance-none',
            )}
          />
          <span className="w-28 shrink-0">
            <select
              aria-label={`Unit of ${label}`}
              disabled={isDisabled}
              value={unit.name}
              onChange={(event) => {
                const next = units.find(({ name }) => name === event.target.value) ?? units[0];
                setUnit(next);
                // The number stays as it was written; what it means changes.
                onChange((value / unit.seconds) * next.seconds);
              }}
              className={cx(inputStyle, 'pr-1.5')}
            >
              {units.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </span>
        </div>
      )}
    </Field>
  );
}
