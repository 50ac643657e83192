/**
 * TabLinks: tabs whose state is the URL, so that a link shares the view. They are links, and the
 * present one is marked with `aria-current`.
 */

import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import { Link } from './link.tsx';

export function TabLinks({
  label,
  tabs,
}: {
  readonly label: string;
  readonly tabs: readonly {
    readonly href: string;
    readonly label: ReactNode;
    /** Shown after the label in quiet digits. */
    readonly count?: string | number | undefined;
    readonly isCurrent: boolean;
  }[];
}) {
  return (
    <nav aria-label={label} className="flex gap-4 overflow-x-auto border-b">
      {tabs.map((tab) => (
        <Link
          key={tab.href}
          href={tab.href}
          scroll={false}
          {...(tab.isCurrent ? { 'aria-current': 'page' } : {})}
          className={cx(
            '-mb-px flex items-center gap-1.5 whitespace-nowrap border-b-2 px-0.5 py-2 text-sm',
            tab.isCurrent
              ? 'border-accent font-medium text-ink'
              : 'border-transparent text-ink-2 hover:border-line-strong hover:text-ink',
          )}
        >
          {tab.label}
          {tab.count === undefined ? null : (
            <span className="num text-xs text-ink-3">{tab.count}</span>
          )}
        </Link>
      ))}
    </nav>
  );
}
