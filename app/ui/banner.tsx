/** Banner: a sentence about the state of the page, with its next step. */
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
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
