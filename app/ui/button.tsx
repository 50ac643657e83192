'use client';
/** Button, IconButton (named by a tooltip), LinkButton and DownloadLink. `isPending` keeps the width and says so. */
import { LoaderCircle } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { type ButtonSize, type ButtonVariant, buttonStyle } from './button-style.ts';
import { cx } from './cx.ts';
import { Link } from './link.tsx';
import { Tooltip } from './tooltip.tsx';

type NativeProps = ComponentProps<'button'>;

/** How anything looks that looks like a button. */
interface ButtonLook {
  readonly variant?: ButtonVariant;
  readonly size?: ButtonSize;
  readonly icon?: ReactNode;
  readonly className?: string | undefined;
}

export interface ButtonProps
  extends ButtonLook,
    Omit<NativeProps, 'children' | 'className' | 'disabled' | 'onClick'> {
  /** What it has set going still runs: it stays focusable, and pressing it does nothing. */
  readonly isPending?: boolean | undefined;
  readonly isDisabled?: boolean | undefined;
  readonly onPress?: (() => void) | undefined;
  readonly children: ReactNode;
}

export function Button({
  variant = 'secondary',
  size = 'md',
  icon,
  isPending = false,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <PlainButton
      {...rest}
      isPending={isPending}
      className={buttonStyle(variant, size, { className: cx('relative', className) })}
    >
      <span className={cx('contents', isPending && '[&>*]:invisible')}>
        {icon}
        <span>{children}</span>
      </span>
      {isPending ? <LoaderCircle aria-label="Working" className="absolute animate-spin" /> : null}
    </PlainButton>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, 'icon'> {
  /** Names the button; shown as its tooltip. */
  readonly label: string;
}

export function IconButton({
  label,
  variant = 'quiet',
  size = 'md',
  isPending = false,
  className,
  children,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <PlainButton
        {...rest}
        aria-label={label}
        isPending={isPending}
        className={buttonStyle(variant, size, { iconOnly: true, className })}
      >
        {isPending ? <LoaderCircle aria-hidden className="animate-spin" /> : children}
      </PlainButton>
    </Tooltip>
  );
}

function PlainButton({
  isPending,
  isDisabled = false,
  onPress,
  type = 'button',
  ...rest
}: Omit<ButtonProps, 'variant' | 'size' | 'icon'>) {
  return (
    <button
      {...rest}
      type={type}
      disabled={isDisabled}
      {...(isPending ? { 'aria-disabled': true } : {})}
      onClick={(event) => {
        // A form is not sent twice either.
        if (isPending) event.preventDefault();
        else onPress?.();
      }}
    />
  );
}

/** Goes somewhere; looks like a button. */
export function LinkButton({
  variant = 'secondary',
  size = 'md',
  icon,
  className,
  children,
  ...rest
}: Omit<ComponentProps<typeof Link>, 'className'> & ButtonLook) {
  return (
    <Link {...rest} className={buttonStyle(variant, size, { className })}>
      {icon}
      {children}
    </Link>
  );
}

/**
 * Fetches a file; looks like a button. Not Next's link: that would ask for the file as for a page when the
 * pointer comes near, and once more before it leaves it to the browser.
 */
export function DownloadLink({
  variant = 'secondary',
  size = 'md',
  icon,
  className,
  children,
  ...rest
}: Omit<ComponentProps<'a'>, 'className' | 'download'> & ButtonLook) {
  return (
    <a {...rest} download className={buttonStyle(variant, size, { className })}>
      {icon}
      {children}
    </a>
  );
}
