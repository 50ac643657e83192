'use client';
import { type RefObject, useEffect, useId, useMemo } from 'react';
import { Tooltip as AriaTooltip, TooltipTriggerStateContext } from 'react-aria-components';
import { AriaRoot } from './aria-root.tsx';

/** `frame` is around the element that the text is about and has no box of its own. */
export default function TooltipBubble({
  frame,
  text,
  onClose,
}: {
  readonly frame: RefObject<HTMLElement | null>;
  readonly text: string;
  /** The element it belongs to has moved away. */
  readonly onClose: () => void;
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
      {/* The part reads its state from here even when `isOpen` is set. */}
      <TooltipTriggerStateContext
        value={{ isOpen: true, shouldSkipAnimation: true, open: () => undefined, close: onClose }}
      >
        <AriaTooltip
          triggerRef={target}
          isOpen
          offset={6}
          className="appear max-w-72 rounded bg-ink px-2 py-1 text-2xs text-surface shadow-float"
        >
          <span id={id}>{text}</span>
        </AriaTooltip>
      </TooltipTriggerStateContext>
    </AriaRoot>
  );
}
