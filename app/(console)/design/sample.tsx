/** A labelled place for one state of one component. */
import type { ReactNode } from 'react';
import { Section } from '#app/ui/page-header.tsx';

export function Group({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ReactNode;
}) {
  return (
    <Section title={title}>
      <div className="flex flex-wrap items-start gap-x-8 gap-y-5">{children}</div>
    </Section>
  );
}

export function Sample({
  state,
  isWide = false,
  children,
}: {
  /** Which state it shows. */
  readonly state: string;
  readonly isWide?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <div
      data-sample={state}
      className={`flex min-w-0 flex-col gap-1.5 ${isWide ? 'w-full' : 'max-w-full'}`}
    >
      <span className="text-2xs text-ink-3">{state}</span>
      {children}
    </div>
  );
}
