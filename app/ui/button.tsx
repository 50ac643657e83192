'use client';
/** Button, IconButton (named by a tooltip) and LinkButton. `isPending` keeps the width and says so. */
import { LoaderCircle } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import { type ButtonSize, type ButtonVariant, buttonStyle } from './button-style.ts';
import { cx } from './cx.ts';
import { Link } from './link.tsx';
import { Tooltip } from './tooltip.tsx';

export interface ButtonProps
  extends Omit<AriaButtonProps, 'children' | 'className' | 'isPending' | 'isDisabled'> {
  readonly variant?: ButtonVariant;
  readonly size?: ButtonSize;
  readonly icon?: ReactNode;
  readonly isPending?: boolean | undefined;
  readonly isDisabled?: boolean | undefined;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}

export function Button({
  variant = 'secondary',
  size = 'md',
  icon,
  isPending = false,
  isDisabled = false,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <AriaButton
      {...rest}
      isPending={isPending}
      isDisabled={isDisabled}
      className={buttonStyle(variant, size, { className: cx('relative', className) })}
    >
      <span className={cx('contents', isPending && '[&>*]:invisible')}>
        {icon}
        <span>{children}</span>
      </span>
      {isPending ? <LoaderCircle aria-label="Working" className="absolute animate-spin" /> : null}
    </AriaButton>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon'> {
  /** Names the button; shown as its tooltip. */
  readonly label: string;
  readonly children: ReactNode;
}

export function IconButton({
  label,
  variant = 'quiet',
  size = 'md',
  isDisabled = false,
  isPending = false,
  className,
  children,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <AriaButton
        {...rest}
        aria-label={label}
        isDisabled={isDisabled}
        isPending={isPending}
        className={buttonStyle(variant, size, { iconOnly: true, className })}
      >
        {isPending ? <LoaderCircle aria-hidden className="animate-spin" /> : children}
      </AriaButton>
    </Tooltip>
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
}: Omit<ComponentProps<typeof Link>, 'className'> & {
  readonly variant?: ButtonVariant;
  readonly size?: ButtonSize;
  readonly icon?: ReactNode;
  readonly className?: string | undefined;
}) {
  return (
    <Link {...rest} className={buttonStyle(variant, size, { className })}>
      {icon}
      {children}
    </Link>
  );
}
