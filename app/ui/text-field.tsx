'use client';
/** TextField: one line, or several. */
import { cx } from './cx.ts';
import { Field, type FieldProps, inputStyle } from './field-frame.tsx';

export interface TextFieldProps extends FieldProps {
  readonly value?: string;
  readonly defaultValue?: string;
  readonly onChange?: (value: string) => void;
  readonly type?: 'text' | 'email' | 'password' | 'url';
  readonly autoComplete?: string;
  readonly placeholder?: string;
  readonly maxLength?: number;
  /** Rows of a text area; absent = one line. */
  readonly rows?: number;
  readonly mono?: boolean;
  /** Marks the input for code that looks for it. */
  readonly [data: `data-${string}`]: string;
}

export function TextField({
  label,
  help,
  error,
  hideLabel,
  className,
  rows,
  mono,
  isRequired = false,
  isDisabled = false,
  onChange,
  type = 'text',
  ...rest
}: TextFieldProps) {
  return (
    <Field {...{ label, help, error, isRequired, hideLabel, className }}>
      {(tied) =>
        rows ? (
          <textarea
            {...rest}
            {...tied}
            rows={rows}
            disabled={isDisabled}
            onChange={(event) => onChange?.(event.target.value)}
            className={cx(inputStyle, 'h-auto resize-y py-1.5', mono && 'mono leading-5')}
          />
        ) : (
          <input
            {...rest}
            {...tied}
            type={type}
            disabled={isDisabled}
            onChange={(event) => onChange?.(event.target.value)}
            className={cx(inputStyle, mono && 'mono')}
          />
        )
      }
    </Field>
  );
}
