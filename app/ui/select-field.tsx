'use client';
/** SelectField: one of a few; the open list is loaded when it is near. */
import { ChevronDown } from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';
import { cx } from './cx.ts';
import { Field, type FieldProps, inputStyle } from './field.tsx';

export interface SelectOption {
  readonly value: string;
  readonly label: string;
  readonly description?: string;
}

interface SelectFieldProps extends FieldProps {
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
    <Field {...{ label, help, error, isRequired, hideLabel, className }}>
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
