/** Pagination: keyset pages have a next and a previous, and no number. */
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { LinkButton } from './button.tsx';
import { buttonStyle } from './button-style.ts';
import { PendingIcon } from './link.tsx';
import { countOf } from './num.tsx';

/**
 * "37 rows"; of a page that ended before it was full, among how many things they were found, and of an order that
 * has not all of them, how many it has.
 */
export function pageSummary(
  {
    rows,
    searched,
    sortedAmong = null,
  }: {
    readonly rows: readonly unknown[];
    readonly searched: number | null;
    readonly sortedAmong?: number | null;
  },
  one: string,
  many?: string,
): string {
  const found = countOf(rows.length, 'row');
  if (sortedAmong !== null) {
    return `${found}; this order has only the newest ${countOf(sortedAmong, one, many)}`;
  }
  return searched === null
    ? found
    : `${found} in ${countOf(searched, one, many)} searched; the next page searches on`;
}

export function Pagination({
  label,
  summary,
  previousHref,
  nextHref,
}: {
  readonly label: string;
  /** What is shown: "100 rows", "rows 1–37". */
  readonly summary: string;
  readonly previousHref: string | null;
  readonly nextHref: string | null;
}) {
  return (
    <nav aria-label={label} className="flex items-center justify-between gap-3 py-2">
      <span className="num text-xs text-ink-2">{summary}</span>
      <span className="flex gap-1.5">
        <Step href={previousHref} label="Previous" />
        <Step href={nextHref} label="Next" />
      </span>
    </nav>
  );
}

const steps = {
  Previous: { icon: <ChevronLeft aria-hidden />, rel: 'prev', className: undefined },
  Next: { icon: <ChevronRight aria-hidden />, rel: 'next', className: 'flex-row-reverse' },
} as const;

function Step({
  href,
  label,
}: {
  readonly href: string | null;
  readonly label: keyof typeof steps;
}) {
  const { icon, rel, className } = steps[label];
  if (href === null) {
    return (
      <span aria-disabled="true" className={buttonStyle('secondary', 'sm', { className })}>
        {icon}
        {label}
      </span>
    );
  }
  return (
    <LinkButton
      href={href}
      size="sm"
      rel={rel}
      className={className}
      icon={<PendingIcon>{icon}</PendingIcon>}
    >
      {label}
    </LinkButton>
  );
}
