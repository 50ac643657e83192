'use client';
/** What the components rely on: client routing for links, one language, URL state, clock, messages. */
import { useRouter } from 'next/navigation';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import type { ReactNode } from 'react';
import { I18nProvider, RouterProvider } from 'react-aria-components';
import { ClockProvider } from './clock.tsx';
import { ToastRegion } from './toast.tsx';

export function Providers({
  renderedAt,
  children,
}: {
  readonly renderedAt: string;
  readonly children: ReactNode;
}) {
  const router = useRouter();
  return (
    <I18nProvider locale="en-US">
      <RouterProvider navigate={(href) => router.push(href)}>
        <NuqsAdapter>
          <ClockProvider renderedAt={renderedAt}>
            {children}
            <ToastRegion />
          </ClockProvider>
        </NuqsAdapter>
      </RouterProvider>
    </I18nProvider>
  );
}
