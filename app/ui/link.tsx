'use client';
/**
 * Link: Next's link, fetched ahead when the pointer or the focus reaches it. Next would fetch every
 * link in view, and do so again after each live refresh: a dozen requests every two seconds.
 */
import { LoaderCircle } from 'lucide-react';
import NextLink, { useLinkStatus } from 'next/link';
import { type ComponentProps, createContext, type ReactNode, use, useState } from 'react';

const Closed = createContext<string | null>(null);

/** No link is drawn to addresses of a pattern: to pages that would refuse this person. */
export function ClosedPages({
  pattern,
  children,
}: {
  readonly pattern: string | null;
  readonly children: ReactNode;
}) {
  return <Closed value={pattern}>{children}</Closed>;
}

/** Tells of an address whether it is one of those. */
export function useIsClosed(): (href: unknown) => boolean {
  const pattern = use(Closed);
  return (href) => pattern !== null && new RegExp(pattern).test(String(href));
}

export function Link(props: ComponentProps<typeof NextLink>) {
  const [isNear, setNear] = useState(false);
  const isClosed = useIsClosed();
  if (isClosed(props.href)) return null;
  return (
    <NextLink
      {...props}
      prefetch={isNear ? null : false}
      onFocus={(event) => {
        setNear(true);
        props.onFocus?.(event);
      }}
      onBlur={(event) => {
        setNear(false);
        props.onBlur?.(event);
      }}
      onMouseEnter={(event) => {
        setNear(true);
        props.onMouseEnter?.(event);
      }}
      onMouseLeave={(event) => {
        setNear(false);
        props.onMouseLeave?.(event);
      }}
    />
  );
}

/** A link's icon, which turns while the page that the link leads to is on its way. */
export function PendingIcon({ children }: { readonly children: ReactNode }) {
  const { pending } = useLinkStatus();
  return pending ? <LoaderCircle aria-hidden className="animate-spin" /> : children;
}
