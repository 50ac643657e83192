'use client';
/** What the fields of a form have in common: the look of the control, its label, help and error. */
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
