'use client';
/**
 * Form fields: TextField, NumberField, SelectField, SwitchField, CheckboxField, SearchField. Each has
 * a label, help and an error beside it; the error replaces nothing and is tied to its input.
 */
import { Check, ChevronDown, Search, X } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  NumberField as AriaNumberField,
  SearchField as AriaSearchField,
  Select as AriaSelect,
  Switch as AriaSwitch,
  TextField as AriaTextField,
  Checkbox,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
  Text,
  TextArea,
} from 'react-aria-components';
import { cx } from './cx.ts';

const inputStyle =
  'h-8 w-full min-w-0 rounded border border-edge/70 bg-surface px-2.5 text-sm text-ink placeholder:text-ink-3 hover:border-edge disabled:bg-inset disabled:text-ink-3 data-invalid:border-failed aria-invalid:border-failed';

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

const labelStyle = (hidden: boolean | undefined) =>
  hidden ? 'sr-only' : 'text-xs font-medium text-ink';

function FieldNotes({ help, error }: Pick<FieldProps, 'help' | 'error'>) {
  return (
    <>
      {help ? (
        <Text slot="description" className="text-xs text-ink-3">
          {help}
        </Text>
      ) : null}
      <FieldError className="text-xs font-medium text-failed">{error ?? null}</FieldError>
    </>
  );
}

function RequiredMark({ shown }: { readonly shown: boolean | undefined }) {
  return shown ? (
    <span aria-hidden className="ml-1 font-normal text-ink-3">
      required
    </span>
  ) : null;
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
  placeholder,
  rows,
  mono,
  isRequired,
  ...rest
}: TextFieldProps) {
  return (
    <AriaTextField
      {...rest}
      aria-required={isRequired ? true : undefined}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
      className={cx('flex min-w-0 flex-col gap-1', className)}
    >
      <Label className={labelStyle(hideLabel)}>
        {label}
        <RequiredMark shown={isRequired} />
      </Label>
      {rows ? (
        <TextArea
          rows={rows}
          {...(placeholder ? { placeholder } : {})}
          className={cx(inputStyle, 'h-auto resize-y py-1.5', mono && 'mono leading-5')}
        />
      ) : (
        <Input
          {...(placeholder ? { placeholder } : {})}
          className={cx(inputStyle, mono && 'mono')}
        />
      )}
      <FieldNotes help={help} error={error} />
    </AriaTextField>
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
  placeholder,
  isRequired,
  ...rest
}: NumberFieldProps) {
  return (
    <AriaNumberField
      {...rest}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
      formatOptions={{ maximumFractionDigits: 3 }}
      className={cx('flex min-w-0 flex-col gap-1', className)}
    >
      <Label className={labelStyle(hideLabel)}>
        {label}
        <RequiredMark shown={isRequired} />
      </Label>
      <div className="flex items-center gap-2">
        <Input
          {...(placeholder ? { placeholder } : {})}
          aria-required={isRequired ? true : undefined}
          className={cx(inputStyle, 'num max-w-36')}
        />
        {unit ? <span className="text-xs text-ink-3">{unit}</span> : null}
      </div>
      <FieldNotes help={help} error={error} />
    </AriaNumberField>
  );
}

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
  isRequired,
  ...rest
}: SelectFieldProps) {
  return (
    <AriaSelect
      {...rest}
      {...(value === undefined ? {} : { value })}
      {...(defaultValue === undefined ? {} : { defaultValue })}
      onChange={(key) => {
        if (typeof key === 'string') onChange?.(key);
      }}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
      className={cx('flex min-w-0 flex-col gap-1', className)}
    >
      <Label className={labelStyle(hideLabel)}>
        {label}
        <RequiredMark shown={isRequired} />
      </Label>
      <AriaButton
        className={cx(inputStyle, 'flex items-center justify-between gap-2 pr-2 text-left')}
      >
        <SelectValue className="truncate data-placeholder:text-ink-3">
          {/* The text alone: the whole option would bring its tick and description along. */}
          {({ isPlaceholder, defaultChildren, selectedText }) =>
            isPlaceholder ? defaultChildren : selectedText
          }
        </SelectValue>
        <ChevronDown aria-hidden className="size-4 shrink-0 text-ink-3" />
      </AriaButton>
      <FieldNotes help={help} error={error} />
      <Popover
        offset={4}
        className="appear min-w-(--trigger-width) max-w-96 rounded border border-line-strong bg-raised shadow-float"
      >
        <ListBox className="max-h-80 overflow-auto p-1">
          {options.map((option) => (
            <ListBoxItem
              key={option.value}
              id={option.value}
              textValue={option.label}
              className="group flex items-start gap-2 rounded-sm px-2 py-1.5 text-sm data-focused:bg-hover"
            >
              <Check
                aria-hidden
                className="mt-0.5 size-4 shrink-0 text-accent opacity-0 group-data-selected:opacity-100"
              />
              <span className="flex min-w-0 flex-col">
                <Text slot="label">{option.label}</Text>
                {option.description ? (
                  <Text slot="description" className="text-xs text-ink-3">
                    {option.description}
                  </Text>
                ) : null}
              </span>
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
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

/** On or off, at once or on save. */
export function SwitchField({ label, help, className, ...rest }: ToggleProps) {
  return (
    <AriaSwitch {...rest} className={cx('group flex items-start gap-2.5', className)}>
      <span className="mt-0.5 flex h-4 w-7 shrink-0 items-center rounded-full border border-edge bg-inset px-px transition-colors duration-100 group-data-selected:border-accent group-data-selected:bg-accent group-data-disabled:opacity-50 group-data-focus-visible:outline-2 group-data-focus-visible:outline-offset-1 group-data-focus-visible:outline-focus">
        <span className="size-3 rounded-full bg-edge transition-transform duration-100 group-data-selected:translate-x-3 group-data-selected:bg-on-accent" />
      </span>
      <span className="flex min-w-0 flex-col">
        <span className="text-sm">{label}</span>
        {help ? <span className="text-xs text-ink-3">{help}</span> : null}
      </span>
    </AriaSwitch>
  );
}

export function CheckboxField({ label, help, className, ...rest }: ToggleProps) {
  return (
    <Checkbox {...rest} className={cx('group flex items-start gap-2', className)}>
      <span className="mt-0.5 flex size-4 shrink-0 items-center justify-center rounded-sm border border-edge bg-surface group-data-selected:border-accent group-data-selected:bg-accent group-data-disabled:opacity-50 group-data-focus-visible:outline-2 group-data-focus-visible:outline-offset-1 group-data-focus-visible:outline-focus">
        <Check
          aria-hidden
          strokeWidth={3}
          className="size-3 text-on-accent opacity-0 group-data-selected:opacity-100"
        />
      </span>
      <span className="flex min-w-0 flex-col">
        <span className="text-sm">{label}</span>
        {help ? <span className="text-xs text-ink-3">{help}</span> : null}
      </span>
    </Checkbox>
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
  placeholder,
  className,
  isPageFilter,
  ...rest
}: SearchFieldProps) {
  return (
    <AriaSearchField
      {...rest}
      aria-label={label}
      className={cx('group relative flex min-w-0 items-center', className)}
    >
      <Search aria-hidden className="pointer-events-none absolute left-2.5 size-4 text-ink-3" />
      <Input
        {...(placeholder ? { placeholder } : {})}
        {...(isPageFilter ? { 'data-page-filter': '' } : {})}
        className={cx(inputStyle, 'px-8 [&::-webkit-search-cancel-button]:hidden')}
      />
      <AriaButton
        aria-label="Clear"
        className="absolute right-1 flex size-6 items-center justify-center rounded-sm text-ink-3 hover:text-ink group-data-empty:hidden"
      >
        <X aria-hidden className="size-3.5" />
      </AriaButton>
    </AriaSearchField>
  );
}
