'use client';
/** The floating frame of an open menu or select. */
import type { ReactNode, RefObject } from 'react';
import { Popover } from 'react-aria-components';
import { AriaRoot } from './aria-root.tsx';
import { cx } from './cx.ts';

export type ListPlacement = 'bottom start' | 'bottom end' | 'top start' | 'right bottom';

export function ListPopover({
  label,
  trigger,
  placement,
  onClose,
  className,
  children,
}: {
  readonly label: string;
  readonly trigger: RefObject<HTMLElement | null>;
  readonly placement: ListPlacement;
  readonly onClose: () => void;
  /** Its width. */
  readonly className: string;
  readonly children: ReactNode;
}) {
  return (
    <AriaRoot>
      <Popover
        isOpen
        aria-label={label}
        onOpenChange={onClose}
        triggerRef={trigger}
        placement={placement}
        offset={4}
        className={cx('appear rounded border border-line-strong bg-raised shadow-float', className)}
      >
        {children}
      </Popover>
    </AriaRoot>
  );
}
