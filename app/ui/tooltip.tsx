'use client';
/** Tooltip on hover and on keyboard focus of its one focusable child. */
import type { ReactElement } from 'react';
import { Tooltip as AriaTooltip, TooltipTrigger } from 'react-aria-components';

export function Tooltip({
  text,
  children,
}: {
  readonly text: string;
  readonly children: ReactElement;
}) {
  return (
    <TooltipTrigger delay={400} closeDelay={80}>
      {children}
      <AriaTooltip
        offset={6}
        className="appear max-w-72 rounded bg-ink px-2 py-1 text-2xs text-surface shadow-float"
      >
        {text}
      </AriaTooltip>
    </TooltipTrigger>
  );
}
