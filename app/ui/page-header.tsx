/** PageHeader: the one <h1>, what stands beside it, and the page's actions. */

import type { ReactNode } from 'react';
import { Foreign } from './foreign-text.tsx';
import { Link } from './link.tsx';

export function PageHeader({
  title,
  meta,
  actions,
  back,
}: {
  readonly title: ReactNode;
  /** Badges and short facts after the title. */
  readonly meta?: ReactNode;
  readonly actions?: ReactNode;
  readonly back?: { readonly href: string; readonly label: string };
}) {
  return (
    <header className="flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
      <div className="flex min-w-0 flex-col">
        {back ? (
          <Link
            href={back.href}
            className="w-fit text-xs text-ink-2 hover:text-ink hover:underline"
          >
            {back.label}
          </Link>
        ) : null}
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="min-w-0 text-xl font-semibold tracking-[-0.01em]">
            {typeof title === 'string' ? <Foreign text={title} /> : title}
          </h1>
          {meta ? (
            <div className="flex flex-wrap items-center gap-2 text-xs text-ink-2">{meta}</div>
          ) : null}
        </div>
      </div>
      {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
    </header>
  );
}

/** A titled part of a page. `flush` drops the padding, for tables. */
export function Section({
  title,
  aside,
  children,
  isFlush = false,
  className,
}: {
  readonly title: ReactNode;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  readonly isFlush?: boolean;
  readonly className?: string;
}) {
  return (
    <section className={`panel flex min-w-0 flex-col overflow-hidden ${className ?? ''}`}>
      <header className="flex min-h-10 flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b px-3 py-1.5">
        <h2 className="text-sm font-semibold">{title}</h2>
        {aside ? <div className="flex items-center gap-2 text-xs text-ink-2">{aside}</div> : null}
      </header>
      <div className={isFlush ? 'min-w-0 flex-1' : 'min-w-0 flex-1 p-3'}>{children}</div>
    </section>
  );
}
