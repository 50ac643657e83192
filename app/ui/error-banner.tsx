/** ErrorBanner: why what was asked for was not done, what helps, and the code to search for. */
import type { ReactNode } from 'react';
import type { PublicError } from '#lib/errors/app-error.ts';
import { Banner } from './banner.tsx';

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
  /** False where it stands on the page from the first. */
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
