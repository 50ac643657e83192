/** Banner: a sentence about the state of the page, with its next step; and those that say what went wrong. */
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { PublicError } from '#lib/errors/app-error.ts';
import type { ParameterProblem } from '#lib/paging/parameters.ts';
import { cx } from './cx.ts';

const kinds = {
  info: { style: 'border-line-strong bg-surface', ink: 'text-ink-2', icon: Info },
  done: { style: 'border-done/30 bg-done-soft', ink: 'text-done', icon: CircleCheck },
  warn: { style: 'border-warn/30 bg-warn-soft', ink: 'text-warn', icon: TriangleAlert },
  failed: { style: 'border-failed/30 bg-failed-soft', ink: 'text-failed', icon: CircleAlert },
} as const;

export function Banner({
  kind = 'info',
  title,
  children,
  action,
  isLive = false,
}: {
  readonly kind?: keyof typeof kinds;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  /** Announced when it appears after a person's action. */
  readonly isLive?: boolean;
}) {
  const { style, ink, icon: Icon } = kinds[kind];
  return (
    <div
      {...(isLive ? { role: kind === 'failed' ? 'alert' : 'status' } : {})}
      className={cx('flex items-start gap-2.5 rounded-lg border px-3 py-2', style)}
    >
      <Icon aria-hidden className={cx('mt-0.5 size-4 shrink-0', ink)} />
      <div className="flex min-w-0 flex-1 flex-col gap-0.5">
        <p className="text-sm font-medium">{title}</p>
        {children ? <div className="text-xs text-ink-2">{children}</div> : null}
      </div>
      {action ? <div className="shrink-0">{action}</div> : null}
    </div>
  );
}

/** Why what was asked for was not done, what helps, and the code to search for. */
export function ErrorBanner({
  error,
  title = error?.message,
  children,
  isLive = true,
}: {
  /** Null shows nothing. */
  readonly error: PublicError | null;
  readonly title?: string | undefined;
  /** Before the remedy. */
  readonly children?: ReactNode;
  /** False where it is part of the page from the start. */
  readonly isLive?: boolean;
}) {
  if (error === null) return null;
  return (
    <Banner kind="failed" title={title} isLive={isLive}>
      {children}
      {error.remedy} <code>{error.code}</code>
    </Banner>
  );
}

/** Which parts of the address were not understood, and are ignored. */
export function ParameterProblems({
  problems,
}: {
  readonly problems: readonly ParameterProblem[];
}) {
  if (problems.length === 0) return null;
  return (
    <Banner kind="warn" title="Part of the address was not understood and is ignored">
      <ul>
        {problems.map((problem) => (
          <li key={problem.parameter}>
            {problem.message} <code>{problem.code}</code>
          </li>
        ))}
      </ul>
    </Banner>
  );
}
