/**
 * The states a page can be in beside having data: EmptyState, ErrorState (code, sentence, remedy),
 * NoPermission; each with the next step. Until it is known which, skeletons of the size of what comes.
 */
import { CircleAlert, Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import type { PublicError } from '#lib/errors/app-error.ts';
import { LinkButton } from './button.tsx';
import { cx } from './cx.ts';
import { mayPass } from './may-pass.ts';
import { TryAgain } from './try-again.tsx';

function StatePanel({
  icon,
  title,
  children,
  action,
  role,
}: {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly role?: 'alert';
}) {
  return (
    <div
      {...(role ? { role } : {})}
      className="panel flex flex-col items-start gap-1.5 px-5 py-6 sm:px-8 sm:py-8"
    >
      {icon ? <span className="mb-1 [&_svg]:size-5">{icon}</span> : null}
      <h2 className="text-base font-semibold">{title}</h2>
      <div className="max-w-prose text-sm text-ink-2">{children}</div>
      {action ? <div className="mt-2 flex flex-wrap gap-2">{action}</div> : null}
    </div>
  );
}

export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <StatePanel
      title={title}
      {...(icon ? { icon: <span className="text-ink-3">{icon}</span> } : {})}
      {...(action ? { action } : {})}
    >
      {children}
    </StatePanel>
  );
}

/** In place of a list whose filters nothing passes. */
export function NoMatch({ what, href }: { readonly what: string; readonly href: string }) {
  return (
    <EmptyState
      title={`No ${what} matches`}
      action={<LinkButton href={href}>{`Show all ${what}s`}</LinkButton>}
    >
      Remove a filter, or widen it.
    </EmptyState>
  );
}

/** In place of a page of a list that was searched so far without a match. */
export function SearchOn({
  searched,
  href,
  narrower,
}: {
  /** As in "the next 10,000 runs of the list". */
  readonly searched: string;
  readonly href: string;
  /** What an index knows. */
  readonly narrower: string;
}) {
  return (
    <EmptyState
      title={`No match among the next ${searched} of the list`}
      action={<LinkButton href={href}>Continue the search</LinkButton>}
    >
      This list is searched in parts. {narrower}
    </EmptyState>
  );
}

/** In place of a detail page whose id names nothing; the status 404 is the proxy's. */
export function NoSuch({
  what,
  listHref,
}: {
  /** As in "There is no such run". */
  readonly what: string;
  readonly listHref: string;
}) {
  return (
    <EmptyState
      title={`There is no such ${what}`}
      action={<LinkButton href={listHref}>Open the list</LinkButton>}
    >
      The address may be cut off, or the {what} was removed.
    </EmptyState>
  );
}

export function ErrorState({
  error,
  action,
  onRetry,
}: {
  readonly error: PublicError;
  /** Beside trying again. */
  readonly action?: ReactNode;
  /** Of a panel that asks by itself; absent = the page is drawn anew. */
  readonly onRetry?: () => void;
}) {
  return (
    <StatePanel
      role="alert"
      icon={<CircleAlert aria-hidden className="text-failed" />}
      title={error.message}
      action={
        <>
          {mayPass(error) ? <TryAgain {...(onRetry ? { onRetry } : {})} /> : null}
          {action}
        </>
      }
    >
      <p>{error.remedy}</p>
      <p className="mt-2 text-xs text-ink-3">
        Code <code>{error.code}</code>
      </p>
    </StatePanel>
  );
}

export function NoPermission({ error }: { readonly error: PublicError }) {
  return (
    <StatePanel icon={<Lock aria-hidden className="text-ink-3" />} title={error.message}>
      {error.remedy}
    </StatePanel>
  );
}

/** A grey shape where content will be. Give it a size. */
export function Skeleton({ className }: { readonly className?: string }) {
  return <span aria-hidden className={cx('breathing block rounded-sm bg-line', className)} />;
}

export function TableSkeleton({
  rows = 8,
  columns = 6,
}: {
  readonly rows?: number;
  readonly columns?: number;
}) {
  const range = (length: number) => Array.from({ length }, (_, at) => at);
  return (
    <div role="status" aria-label="Loading" className="panel overflow-hidden">
      {range(rows + 1).map((row) => (
        <div key={row} className="flex h-8 items-center gap-6 border-b px-3 last:border-b-0">
          {range(columns).map((column) => (
            <Skeleton key={column} className={cx('h-2.5', column === 1 ? 'flex-[3]' : 'flex-1')} />
          ))}
        </div>
      ))}
    </div>
  );
}

/** A whole page while it loads: header, what is between, and table. */
export function PageSkeleton({
  title,
  children,
  rows,
  columns,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly rows?: number;
  readonly columns?: number;
}) {
  return (
    <div className="flex flex-col gap-4">
      <h1 className="text-xl font-semibold tracking-[-0.01em]">{title}</h1>
      {children}
      <TableSkeleton {...(rows ? { rows } : {})} {...(columns ? { columns } : {})} />
    </div>
  );
}

/** A row of fields with their labels, as filters stand above a list. Widths are class names. */
export function FieldsSkeleton({ widths }: { readonly widths: readonly string[] }) {
  return (
    <div aria-hidden className="flex flex-wrap items-end gap-2">
      {widths.map((width, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a shape is its place
        <span key={at} className={cx('flex flex-col gap-1', width)}>
          <Skeleton className="my-1 h-2.5 w-12" />
          <Skeleton className="h-8 w-full" />
        </span>
      ))}
      <Skeleton className="h-8 w-14" />
    </div>
  );
}

/** A titled panel with this many lines of facts. */
export function SectionSkeleton({ lines }: { readonly lines: number }) {
  return (
    <div aria-hidden className="panel overflow-hidden">
      <div className="flex h-10 items-center border-b px-3">
        <Skeleton className="h-3 w-28" />
      </div>
      <div className="flex flex-col gap-3 p-3">
        {Array.from({ length: lines }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
          <span key={at} className="flex gap-6">
            <Skeleton className="h-2.5 w-24 shrink-0" />
            <Skeleton className="h-2.5 w-full max-w-72" />
          </span>
        ))}
      </div>
    </div>
  );
}
