'use client';
/** NumberField: a number with its unit. */
import { cx } from './cx.ts';
import { Field, type FieldProps, inputStyle } from './field-frame.tsx';

interface NumberFieldProps extends FieldProps {
  readonly value?: number;
  readonly defaultValue?: number;
  /** NaN when the field was emptied. */
  readonly onChange?: (value: number) => void;
  readonly minValue?: number;
  readonly maxValue?: number;
  readonly step?: number;
  /** Shown after the number: `seconds`, `days`. */
  readonly unit?: string;
  readonly placeholder?: string;
}

export function NumberField({
  label,
  help,
  error,
  hideLabel,
  className,
  unit,
  isRequired = false,
  isDisabled = false,
  value,
  defaultValue,
  minValue,
  maxValue,
  step,
  onChange,
  ...rest
}: NumberFieldProps) {
  return (
    <Field {...{ label, help, error, isRequired, hideLabel, className }}>
      {(tied) => (
        <div className="flex items-center gap-2">
          <input
            {...rest}
            {...tied}
            type="number"
            inputMode="decimal"
            disabled={isDisabled}
            {...(value === undefined ? {} : { value: asText(value) })}
            {...(defaultValue === undefined ? {} : { defaultValue: asText(defaultValue) })}
            min={minValue}
            max={maxValue}
            step={step ?? 'any'}
            onChange={(event) => onChange?.(event.target.valueAsNumber)}
            // The wheel scrolls the page; it does not change a number on the way.
            onWheel={(event) => event.currentTarget.blur()}
            className={cx(
              inputStyle,
              'num max-w-36 [appearance:textfield] [&::-webkit-inner-spin-button]:appearance-none',
            )}
          />
          {unit ? <span className="text-xs text-ink-3">{unit}</span> : null}
        </div>
      )}
    </Field>
  );
}

const asText = (value: number) => (Number.isNaN(value) ? '' : String(value));
