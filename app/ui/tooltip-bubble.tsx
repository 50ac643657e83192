'use client';
import { type RefObject, useEffect, useId, useMemo } from 'react';
import { Tooltip as AriaTooltip } from 'react-aria-components';
import { AriaRoot } from './aria-root.tsx';

/** `frame` is around the element that the text is about and has no box of its own. */
export default function TooltipBubble({
  frame,
  text,
}: {
  readonly frame: RefObject<HTMLElement | null>;
  readonly text: string;
}) {
  const id = useId();
  const target = useMemo(
    () => ({
      get current() {
        return frame.current?.firstElementChild ?? null;
      },
    }),
    [frame],
  );
  useEffect(() => {
    const element = target.current;
    // What names the element needs not describe it too.
    if (!element || element.getAttribute('aria-label') === text) return;
    element.setAttribute('aria-describedby', id);
    return () => element.removeAttribute('aria-describedby');
  }, [target, id, text]);
  return (
    <AriaRoot>
      <AriaTooltip
        triggerRef={target}
        isOpen
        offset={6}
        className="appear max-w-72 rounded bg-ink px-2 py-1 text-2xs text-surface shadow-float"
      >
        <span id={id}>{text}</span>
      </AriaTooltip>
    </AriaRoot>
  );
}
