'use client';
/**
 * Tooltip on hover and on keyboard focus of its one focusable child. The bubble and what places it are
 * loaded when the first one is wanted.
 */
import { lazy, type ReactElement, Suspense, useEffect, useRef, useState } from 'react';

const TooltipBubble = lazy(() => import('./tooltip-bubble.tsx'));

/** Long enough that moving across a row of buttons shows nothing. */
const delayMs = 400;

export function Tooltip({
  text,
  children,
}: {
  readonly text: string;
  readonly children: ReactElement;
}) {
  const frame = useRef<HTMLSpanElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [isOpen, setOpen] = useState(false);
  const close = () => {
    clearTimeout(timer.current);
    setOpen(false);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the child is what is operated; this only sees its events pass
    <span
      ref={frame}
      className="contents"
      onPointerEnter={(event) => {
        if (event.pointerType !== 'mouse') return;
        clearTimeout(timer.current);
        timer.current = setTimeout(() => setOpen(true), delayMs);
      }}
      onPointerLeave={close}
      onPointerDown={close}
      onFocus={(event) => {
        if (event.target.matches(':focus-visible')) setOpen(true);
      }}
      onBlur={close}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      {children}
      {isOpen ? (
        <Suspense fallback={null}>
          <TooltipBubble frame={frame} text={text} onClose={close} />
        </Suspense>
      ) : null}
    </span>
  );
}
