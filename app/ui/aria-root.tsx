'use client';
/** What React Aria's parts rely on, around each of them: they are loaded when used, and it with them. */
import { useRouter } from 'next/navigation';
import type { ReactNode } from 'react';
import { I18nProvider, RouterProvider } from 'react-aria-components';

/** One language whatever the browser's, and links that stay in the page. */
export function AriaRoot({ children }: { readonly children: ReactNode }) {
  const router = useRouter();
  return (
    <I18nProvider locale="en-US">
      <RouterProvider navigate={(href) => router.push(href)}>{children}</RouterProvider>
    </I18nProvider>
  );
}
