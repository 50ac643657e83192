import type { ReactNode } from 'react';
import { Mark } from '#app/ui/mark.tsx';

/** The frame of the pages before the console: signing in, choosing a password. */
export function Door({
  title,
  subtitle,
  children,
}: {
  readonly title: string;
  readonly subtitle: string;
  readonly children: ReactNode;
}) {
  return (
    <main className="flex min-h-dvh flex-col items-center px-4 pt-[14vh] pb-8">
      <div className="flex w-full max-w-88 flex-col gap-5">
        <div className="flex items-center gap-3">
          <Mark className="size-9 text-accent" />
          <div className="flex flex-col">
            <h1 className="text-lg font-semibold tracking-[-0.01em]">{title}</h1>
            <p className="text-xs text-ink-2">{subtitle}</p>
          </div>
        </div>
        {children}
      </div>
    </main>
  );
}
