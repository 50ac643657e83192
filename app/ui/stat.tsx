'use client';
/** Stat: one figure with its name, and a line of context under it. */

import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import { Link, useIsClosed } from './link.tsx';

export function Stat({
  label,
  value,
  detail,
  mark,
  href,
  graph,
}: {
  readonly label: string;
  readonly value: ReactNode;
  readonly detail?: ReactNode;
  /** A small icon or dot before the label. */
  readonly mark?: ReactNode;
  readonly href?: string;
  readonly graph?: ReactNode;
}) {
  const body = (
    <>
      <span className="flex items-center gap-1.5 text-xs text-ink-2 [&_svg]:size-3.5">
        {mark}
        {label}
      </span>
      {/* A graph that has no room beside the figure wraps, out of sight. */}
      <span className="flex h-[1lh] flex-wrap content-start items-end justify-between gap-x-2 overflow-hidden text-2xl">
        <span className="num whitespace-nowrap font-medium tracking-[-0.02em]">{value}</span>
        {graph}
      </span>
      {detail ? <span className="num text-xs text-ink-3">{detail}</span> : null}
    </>
  );
  const style = 'flex min-w-0 flex-col gap-0.5 px-3 py-2.5';
  const isClosed = useIsClosed();
  return href && !isClosed(href) ? (
    <Link href={href} className={cx(style, 'hover:bg-hover -outline-offset-2!')}>
      {body}
    </Link>
  ) : (
    <div className={style}>{body}</div>
  );
}

/** A row of figures in one frame, parted by hairlines. */
export function StatRow({ children }: { readonly children: ReactNode }) {
  return (
    <div className="panel grid grid-cols-2 gap-px overflow-hidden bg-line! sm:grid-cols-3 xl:grid-flow-col xl:auto-cols-fr xl:grid-cols-none *:bg-surface *:hover:bg-hover max-sm:*:last:odd:col-span-2">
      {children}
    </div>
  );
}
