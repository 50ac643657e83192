'use client';
/**
 * The fields of forms: TextField, NumberField, SwitchField, CheckboxField. Each is the browser's own control
 * with a label, help and an error, which replaces nothing and is tied to the control.
 */
import { Check } from 'lucide-react';
import { type ComponentProps, type ReactNode, useId } from 'react';
import { cx } from './cx.ts';

export const inputStyle =
  'h-8 w-full min-w-0 rounded border border-edge/70 bg-surface px-2.5 text-sm text-ink placeholder:text-ink-3 hover:border-edge disabled:bg-inset disabled:text-ink-3 aria-invalid:border-failed';

export interface FieldProps {
  readonly label: string;
  readonly help?: ReactNode;
  readonly error?: string | undefined;
  readonly name?: string;
  readonly isRequired?: boolean;
  readonly isDisabled?: boolean;
  readonly autoFocus?: boolean;
  /** Keeps the label for assistive technology only. */
  readonly hideLabel?: boolean | undefined;
  readonly className?: string | undefined;
}

/** Label above, the control, help and error below; the control gets what ties it to them. */
export function Field({
  label,
  help,
  error,
  isRequired,
  hideLabel,
  className,
  children,
}: Omit<FieldProps, 'name' | 'isDisabled' | 'autoFocus'> & {
  readonly children: (
    tied: Pick<
      ComponentProps<'input'>,
      'id' | 'aria-describedby' | 'aria-invalid' | 'aria-required'
    >,
    labelId: string,
  ) => ReactNode;
}) {
  const id = useId();
  const notes = [help ? `${id}-help` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div className={cx('flex min-w-0 flex-col gap-1', className)}>
      <label
        htmlFor={id}
        id={`${id}-label`}
        className={hideLabel ? 'sr-only' : 'text-xs font-medium text-ink'}
      >
        {label}
        {isRequired ? (
          <span aria-hidden className="ml-1 font-normal text-ink-3">
            required
          </span>
        ) : null}
      </label>
      {children(
        {
          id,
          ...(notes ? { 'aria-describedby': notes } : {}),
          ...(error ? { 'aria-invalid': true } : {}),
          ...(isRequired ? { 'aria-required': true } : {}),
        },
        `${id}-label`,
      )}
      {help ? (
        <span id={`${id}-help`} className="text-xs text-ink-3">
          {help}
        </span>
      ) : null}
      {error ? (
        <span id={`${id}-error`} className="text-xs font-medium text-failed">
          {error}
        </span>
      ) : null}
    </div>
  );
}

export interface TextFieldProps extends FieldProps {
  readonly value?: string;
  readonly defaultValue?: string;
  readonly onChange?: (value: string) => void;
  readonly type?: 'text' | 'email' | 'password' | 'url' | 'date';
  readonly autoComplete?: string;
  readonly placeholder?: string;
  readonly maxLength?: number;
  /** Rows of a text area; absent = one line. */
  readonly rows?: number;
  readonly mono?: boolean;
  /** Marks the input for code that looks for it. */
  readonly [data: `data-${string}`]: string;
}

/** One line, or several. */
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
            dir={mono ? 'ltr' : 'auto'}
            disabled={isDisabled}
            onChange={(event) => onChange?.(event.target.value)}
            className={cx(inputStyle, 'h-auto resize-y py-1.5', mono && 'mono leading-5')}
          />
        ) : (
          <input
            {...rest}
            {...tied}
            type={type}
            dir={mono ? 'ltr' : 'auto'}
            disabled={isDisabled}
            onChange={(event) => onChange?.(event.target.value)}
            className={cx(inputStyle, mono && 'mono')}
          />
        )
      }
    </Field>
  );
}

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

/** A number with its unit. */
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

interface ToggleProps {
  readonly label: ReactNode;
  readonly help?: ReactNode;
  readonly name?: string;
  readonly isSelected?: boolean;
  readonly defaultSelected?: boolean;
  readonly onChange?: (selected: boolean) => void;
  readonly isDisabled?: boolean;
  readonly className?: string;
}

/** The box or the switch, out of sight but there, beside what is drawn for it. */
function Toggle({
  label,
  help,
  className,
  isSelected,
  defaultSelected,
  onChange,
  isDisabled = false,
  name,
  role,
  children,
}: ToggleProps & { readonly role?: 'switch'; readonly children: ReactNode }) {
  const id = useId();
  return (
    <label className={cx('group relative flex items-start gap-2', className)}>
      <input
        type="checkbox"
        {...(role ? { role } : {})}
        {...(name ? { name } : {})}
        {...(isSelected === undefined ? {} : { checked: isSelected })}
        {...(defaultSelected === undefined ? {} : { defaultChecked: defaultSelected })}
        disabled={isDisabled}
        aria-labelledby={`${id}-label`}
        {...(help ? { 'aria-describedby': `${id}-help` } : {})}
        onChange={(event) => onChange?.(event.target.checked)}
        className="peer absolute top-0.5 left-0 size-4 cursor-pointer opacity-0"
      />
      {children}
      <span className="flex min-w-0 flex-col">
        <span id={`${id}-label`} className="text-sm">
          {label}
        </span>
        {help ? (
          <span id={`${id}-help`} className="text-xs text-ink-3">
            {help}
          </span>
        ) : null}
      </span>
    </label>
  );
}

const toggleStyle =
  'mt-0.5 flex shrink-0 items-center border border-edge group-has-checked:border-accent group-has-checked:bg-accent peer-disabled:opacity-50 peer-focus-visible:outline-2 peer-focus-visible:outline-offset-1 peer-focus-visible:outline-focus';

/** On or off, at once or on save. */
export function SwitchField(props: ToggleProps) {
  return (
    <Toggle {...props} role="switch">
      <span
        className={cx(
          toggleStyle,
          'h-4 w-7 rounded-full bg-inset px-px transition-colors duration-100',
        )}
      >
        <span className="size-3 rounded-full bg-edge transition-transform duration-100 group-has-checked:translate-x-3 group-has-checked:bg-on-accent" />
      </span>
    </Toggle>
  );
}

export function CheckboxField(props: ToggleProps) {
  return (
    <Toggle {...props}>
      <span className={cx(toggleStyle, 'size-4 justify-center rounded-sm bg-surface')}>
        <Check
          aria-hidden
          strokeWidth={3}
          className="size-3 text-on-accent opacity-0 group-has-checked:opacity-100"
        />
      </span>
    </Toggle>
  );
}
