'use client';
/** What the components rely on: the clock and the messages. */
import type { ReactNode } from 'react';
import { ClockProvider } from './clock.tsx';
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
