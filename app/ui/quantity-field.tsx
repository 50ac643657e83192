'use client';
/** QuantityField: a length of time or a size in the unit that suits it; its value is in the unit it is stored in. */
import { useState } from 'react';
import { cx } from './cx.ts';
import { Field, type FieldProps, inputStyle } from './field.tsx';
import { SelectField } from './select-field.tsx';

/** How many of the smallest of its kind it is. */
const kinds = {
  time: { seconds: 1, minutes: 60, hours: 3_600, days: 86_400, weeks: 604_800 },
  size: { MiB: 1, GiB: 1_024, TiB: 1_048_576 },
} as const;

type TimeUnit = keyof typeof kinds.time;
type SizeUnit = keyof typeof kinds.size;
export type QuantityUnit = TimeUnit | SizeUnit;

interface Unit {
  readonly name: string;
  /** In the unit that the value is stored in. */
  readonly size: number;
}

/** From the stored unit up: nothing that is stored in days is asked for in seconds. */
export function unitsFrom(stored: QuantityUnit): readonly [Unit, ...Unit[]] {
  const kind = Object.values(kinds).find((one) => Object.hasOwn(one, stored)) ?? kinds.time;
  const all = Object.entries(kind);
  const base = all.find(([name]) => name === stored)?.[1] ?? 1;
  const larger = all.filter(([, size]) => size > base);
  return [
    { name: stored, size: 1 },
    ...larger.map(([name, size]) => ({ name, size: size / base })),
  ];
}

/** Whether a number of this unit can be asked for in others. */
export const isQuantityUnit = (unit: string): unit is QuantityUnit =>
  Object.values(kinds).some((one) => Object.hasOwn(one, unit));

/** The largest unit in which it is a whole number. */
export function unitFor(value: number, units: readonly [Unit, ...Unit[]]): Unit {
  const whole = units.filter(({ size }) => value > 0 && Number.isInteger(value / size));
  return whole.at(-1) ?? units[0];
}

export function QuantityField({
  label,
  help,
  error,
  hideLabel,
  className,
  isRequired = false,
  isDisabled = false,
  autoFocus = false,
  stored,
  value,
  minValue = 0,
  onChange,
}: Omit<FieldProps, 'name'> & {
  readonly stored: QuantityUnit;
  /** NaN = empty. */
  readonly value: number;
  readonly minValue?: number;
  readonly onChange: (value: number) => void;
}) {
  const units = unitsFrom(stored);
  const [shown, setShown] = useState(() => ({ unit: unitFor(value, units), value }));
  // It was set from elsewhere: to what somebody else saved, say.
  if (!Object.is(shown.value, value)) setShown({ unit: unitFor(value, units), value });
  const { unit } = shown;
  const set = (next: number, inUnit: Unit) => {
    setShown({ unit: inUnit, value: next });
    onChange(next);
  };
  return (
    <Field {...{ label, help, error, isRequired, hideLabel, className }}>
      {(tied) => (
        <div className="flex items-center gap-2">
          <input
            {...tied}
            // biome-ignore lint/a11y/noAutofocus: the caller says which field a dialog begins with
            autoFocus={autoFocus}
            type="number"
            inputMode="decimal"
            min={minValue / unit.size}
            step="any"
            disabled={isDisabled}
            value={Number.isNaN(value) ? '' : String(Number((value / unit.size).toPrecision(12)))}
            onChange={(event) => set(event.target.valueAsNumber * unit.size, unit)}
            // The wheel scrolls the page; it does not change a number on the way.
            onWheel={(event) => event.currentTarget.blur()}
            className={cx(
              inputStyle,
              'num max-w-24 [appearance:textfield] [&::-webkit-inner-spin-button]:appearance-none',
            )}
          />
          <SelectField
            label={`Unit of ${label}`}
            hideLabel
            className="w-28 shrink-0"
            isDisabled={isDisabled}
            options={units.map(({ name }) => ({ value: name, label: name }))}
            value={unit.name}
            onChange={(name) => {
              const next = units.find((one) => one.name === name) ?? unit;
              // The number stays as it was written; what it means changes.
              set((value / unit.size) * next.size, next);
            }}
          />
        </div>
      )}
    </Field>
  );
}
