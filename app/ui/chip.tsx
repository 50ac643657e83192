'use client';
/** Chip: one active filter, in words, removable. ChipLink: a quick filter that is on or off. */
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import { Link } from './link.tsx';

export function Chip({
  label,
  value,
  onRemove,
  onEdit,
}: {
  readonly label: string;
  readonly value: string;
  readonly onRemove: () => void;
  readonly onEdit?: () => void;
}) {
  const text = (
    <>
      <span className="text-ink-3">{label}</span>
      <span className="truncate font-medium text-ink">{value}</span>
    </>
  );
  return (
    <span className="inline-flex h-7 min-w-0 max-w-80 items-center rounded border border-line-strong bg-surface text-xs">
      {onEdit ? (
        <button
          type="button"
          onClick={onEdit}
          className="inline-flex h-full min-w-0 items-center gap-1.5 rounded-l pl-2 hover:bg-hover"
        >
          {text}
        </button>
      ) : (
        <span className="inline-flex min-w-0 items-center gap-1.5 pl-2">{text}</span>
      )}
      <button
        type="button"
        aria-label={`Remove filter ${label} ${value}`}
        onClick={onRemove}
        className="ml-1 flex h-full w-6 shrink-0 items-center justify-center rounded-r text-ink-3 hover:bg-hover hover:text-ink"
      >
        <X aria-hidden className="size-3.5" />
      </button>
    </span>
  );
}

export function ChipLink({
  href,
  isCurrent,
  children,
}: {
  readonly href: string;
  readonly isCurrent: boolean;
  readonly children: ReactNode;
}) {
  return (
    <Link
      href={href}
      scroll={false}
      {...(isCurrent ? { 'aria-current': 'true' } : {})}
      className={cx(
        'inline-flex h-7 items-center gap-1.5 whitespace-nowrap rounded border px-2 text-xs',
        isCurrent
          ? 'border-accent bg-accent-soft font-medium text-accent'
          : 'border-line-strong bg-surface text-ink-2 hover:bg-hover hover:text-ink',
      )}
    >
      {children}
    </Link>
  );
}
