/** What a run is called, the same wherever it is named. */
import type { Instant } from '#db/schema.ts';
import { revisionsFromText } from '#lib/sources/pinned-settings.ts';

const kindWords: Readonly<Record<string, string>> = {
  seed: 'Seed',
  recrawl: 'Recrawl',
  retry: 'Retry',
};

export const kindInWords = (kind: string): string => kindWords[kind] ?? kind;

export interface NamedRun {
  /** As whoever launched it called it. */
  readonly name: string | null;
  readonly kind: string;
  readonly started_at: Instant;
  /** JSON: the revision of each source. */
  readonly source_revisions: string | null;
}

/** Its own name, or what it does, of which sources, and when: "Seed of Sample, 2026-11-30 10:54 UTC". */
export function runName({ name, kind, ...run }: NamedRun): string {
  if (name !== null && name.trim() !== '') return name;
  const [first, second, ...others] = Object.keys(revisionsFromText(run.source_revisions));
  const sources =
    first === undefined
      ? ''
      : second === undefined
        ? ` of ${first}`
        : ` of ${first} and ${others.length === 0 ? second : `${others.length + 1} others`}`;
  return `${kindInWords(kind)}${sources}, ${run.started_at.slice(0, 16).replace('T', ' ')} UTC`;
}
