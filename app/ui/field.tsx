'use client';
/**
 * Form fields: TextField, NumberField, SelectField, SwitchField, CheckboxField, SearchField. Each has
 * a label, help and an error beside it; the error replaces nothing and is tied to its input. They are
 * the browser's own controls; the open list of a select is loaded when it is near.
 */
import { Check, ChevronDown, Search, X } from 'lucide-react';
import {
  type ComponentProps,
  lazy,
  type ReactNode,
  Suspense,
  useId,
  useRef,
  useState,
} from 'react';
import { cx } from './cx.ts';

const inputStyle =
  'h-8 w-full min-w-0 rounded border border-edge/70 bg-surface px-2.5 text-sm text-ink placeholder:text-ink-3 hover:border-edge disabled:bg-inset disabled:text-ink-3 aria-invalid:border-failed';

interface FieldProps {
  readonly label: string;
  readonly help?: ReactNode;
  readonly error?: string | undefined;
  readonly name?: string;
  readonly isRequired?: boolean;
  readonly isDisabled?: boolean;
  readonly autoFocus?: boolean;
  /** Keeps the label for assistive technology only. */
  readonly hideLabel?: boolean;
  readonly className?: string;
}

/** Label above, the control, help and error below; the control gets what ties it to them. */
function Field({
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
  readonly type?: 'text' | 'email' | 'password' | 'url';
  readonly autoComplete?: string;
  readonly placeholder?: string;
  readonly maxLength?: number;
  /** Rows of a text area; absent = one line. */
  readonly rows?: number;
  readonly mono?: boolean;
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
    <Field
      {...{ label, help, error, isRequired, className: className ?? '' }}
      hideLabel={hideLabel ?? false}
    >
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

export interface NumberFieldProps extends FieldProps {
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
    <Field
      {...{ label, help, error, isRequired, className: className ?? '' }}
      hideLabel={hideLabel ?? false}
    >
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

export interface SelectOption {
  readonly value: string;
  readonly label: string;
  readonly description?: string;
}

export interface SelectFieldProps extends FieldProps {
  readonly options: readonly SelectOption[];
  readonly value?: string;
  readonly defaultValue?: string;
  readonly onChange?: (value: string) => void;
  readonly placeholder?: string;
}

const loadOptions = () => import('./select-options.tsx');
const SelectOptions = lazy(loadOptions);

export function SelectField({
  label,
  help,
  error,
  hideLabel,
  className,
  options,
  value,
  defaultValue,
  onChange,
  placeholder = 'Choose',
  name,
  autoFocus = false,
  isRequired = false,
  isDisabled = false,
}: SelectFieldProps) {
  const trigger = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [own, setOwn] = useState(defaultValue);
  const chosen = value ?? own;
  const shown = options.find((option) => option.value === chosen);
  const prepare = () => void loadOptions();
  return (
    <Field
      {...{ label, help, error, isRequired, className: className ?? '' }}
      hideLabel={hideLabel ?? false}
    >
      {(tied, labelId) => (
        <>
          <button
            // biome-ignore lint/a11y/noAutofocus: the caller says which field a dialog begins with
            autoFocus={autoFocus}
            id={tied.id}
            aria-describedby={tied['aria-describedby']}
            ref={trigger}
            type="button"
            disabled={isDisabled}
            aria-haspopup="listbox"
            aria-expanded={isOpen}
            aria-labelledby={`${labelId} ${labelId}-value`}
            onPointerEnter={prepare}
            onFocus={prepare}
            onClick={() => setOpen(true)}
            onKeyDown={(event) => {
              if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
              event.preventDefault();
              setOpen(true);
            }}
            className={cx(
              inputStyle,
              'flex items-center justify-between gap-2 pr-2 text-left',
              error && 'border-failed',
            )}
          >
            <span id={`${labelId}-value`} className={cx('truncate', !shown && 'text-ink-3')}>
              {shown?.label ?? placeholder}
            </span>
            <ChevronDown aria-hidden className="size-4 shrink-0 text-ink-3" />
          </button>
          {name ? <input type="hidden" name={name} value={chosen ?? ''} /> : null}
          {isOpen ? (
            <Suspense fallback={null}>
              <SelectOptions
                trigger={trigger}
                label={label}
                options={options}
                chosen={chosen ?? null}
                onClose={() => setOpen(false)}
                onChoose={(next) => {
                  setOwn(next);
                  onChange?.(next);
                }}
              />
            </Suspense>
          ) : null}
        </>
      )}
    </Field>
  );
}

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

export interface SearchFieldProps {
  readonly label: string;
  readonly value?: string;
  readonly defaultValue?: string;
  readonly onChange?: (value: string) => void;
  readonly onSubmit?: (value: string) => void;
  readonly onClear?: () => void;
  readonly placeholder?: string;
  readonly className?: string;
  /** The `/` key focuses the page's one filter field. */
  readonly isPageFilter?: boolean;
}

export function SearchField({
  label,
  value,
  defaultValue,
  onChange,
  onSubmit,
  onClear,
  placeholder,
  className,
  isPageFilter,
}: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const [own, setOwn] = useState(defaultValue ?? '');
  const text = value ?? own;
  const change = (next: string) => {
    setOwn(next);
    onChange?.(next);
  };
  const clear = () => {
    change('');
    onClear?.();
    input.current?.focus();
  };
  return (
    <div className={cx('relative flex min-w-0 items-center', className)}>
      <Search aria-hidden className="pointer-events-none absolute left-2.5 size-4 text-ink-3" />
      <input
        ref={input}
        type="search"
        aria-label={label}
        value={text}
        {...(placeholder ? { placeholder } : {})}
        {...(isPageFilter ? { 'data-page-filter': '' } : {})}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && onSubmit) {
            event.preventDefault();
            onSubmit(text);
          } else if (event.key === 'Escape' && text) {
            event.preventDefault();
            clear();
          }
        }}
        className={cx(inputStyle, 'px-8 [&::-webkit-search-cancel-button]:hidden')}
      />
      {text ? (
        <button
          type="button"
          aria-label="Clear"
          onClick={clear}
          className="absolute right-1 flex size-6 items-center justify-center rounded-sm text-ink-3 hover:text-ink"
        >
          <X aria-hidden className="size-3.5" />
        </button>
      ) : null}
    </div>
  );
}
