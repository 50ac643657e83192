/** Of many rows of one height, those that are in view: the page holds no more than these. */
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';

/** Pixels; the class of the rows says the same. */
export const rowHeight = 22;
/** Before the frame was measured. */
const firstHeight = 600;
const rowsBeyond = 8;

export interface RowsInView<E extends HTMLElement> {
  readonly frame: RefObject<E | null>;
  readonly onScroll: () => void;
  /** Of the first row drawn, and of the one behind the last. */
  readonly from: number;
  readonly to: number;
  /** Brings a row into view, in the middle when it was out of it. */
  readonly show: (row: number) => void;
  /** Rows that fit. */
  readonly pageSize: () => number;
}

export function useRowsInView<E extends HTMLElement>(count: number): RowsInView<E> {
  const frame = useRef<E>(null);
  const [view, setView] = useState({ top: 0, height: firstHeight });
  const measure = useCallback(() => {
    const { current } = frame;
    if (!current) return;
    const { scrollTop: top, clientHeight: height } = current;
    setView((known) => (known.top === top && known.height === height ? known : { top, height }));
  }, []);
  useEffect(() => {
    const { current } = frame;
    if (!current) return;
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, [measure]);
  const show = useCallback(
    (row: number) => {
      const { current } = frame;
      if (!current) return;
      const top = row * rowHeight;
      const { scrollTop, clientHeight } = current;
      if (top >= scrollTop && top + rowHeight <= scrollTop + clientHeight) return;
      const isNear = top > scrollTop - 2 * rowHeight && top < scrollTop + clientHeight + rowHeight;
      if (!isNear) current.scrollTop = top - clientHeight / 2;
      else current.scrollTop = top < scrollTop ? top : top + rowHeight - clientHeight;
      measure();
    },
    [measure],
  );
  const first = Math.floor(view.top / rowHeight);
  return {
    frame,
    onScroll: measure,
    from: Math.max(0, Math.min(first, count) - rowsBeyond),
    to: Math.min(count, first + Math.ceil(view.height / rowHeight) + rowsBeyond),
    show,
    pageSize: () => Math.max(1, Math.floor((frame.current?.clientHeight ?? 0) / rowHeight) - 1),
  };
}
