/** KeyValue: facts of one thing, label beside value, as a definition list. */
import type { ReactNode } from 'react';

export function KeyValue({
  entries,
}: {
  readonly entries: readonly { readonly label: string; readonly value: ReactNode }[];
}) {
  return (
    <dl className="grid grid-cols-[minmax(6rem,max-content)_minmax(0,1fr)] gap-x-5 gap-y-1.5 text-sm">
      {entries.map((entry) => (
        <div key={entry.label} className="contents">
          <dt className="text-ink-3">{entry.label}</dt>
          <dd className="min-w-0 text-ink">{entry.value ?? <None />}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Nothing there, said to the eye and to the ear. */
export function None({ word = 'none' }: { readonly word?: string }) {
  return (
    <span className="text-ink-3">
      <span aria-hidden>–</span>
      <span className="sr-only">{word}</span>
    </span>
  );
}
