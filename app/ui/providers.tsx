'use client';
/** What the components rely on: the clock, the messages, and the nonce of the styles they add. */
import { type ReactNode, useState } from 'react';
import { ClockProvider } from './time.tsx';
import { ToastRegion } from './toast.tsx';

export function Providers({
  renderedAt,
  children,
}: {
  readonly renderedAt: string;
  readonly children: ReactNode;
}) {
  return (
    <ClockProvider renderedAt={renderedAt}>
      {children}
      <ToastRegion />
    </ClockProvider>
  );
}

/**
 * The nonce under which React Aria adds its style element. It stays that of the document's own policy:
 * each later answer of the server brings another one, which the browser would refuse.
 */
export function NonceMeta({ nonce }: { readonly nonce: string }) {
  const [first] = useState(nonce);
  // The browser hides the nonce from scripts that look at the attribute: hydration sees a difference.
  return <meta property="csp-nonce" content="" nonce={first} suppressHydrationWarning />;
}
