'use client';
/** SwitchField and CheckboxField. */
import { Check } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { cx } from './cx.ts';

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
