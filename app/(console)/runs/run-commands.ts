/** What a person can do to a running run, and the words for it. */
import { countOf } from '#app/ui/num.tsx';
import type { RunKind } from '#lib/runs/model.ts';

export const runCommands = ['pause', 'resume', 'stop', 'cancel'] as const;
export type RunCommand = (typeof runCommands)[number];

/** What of a run is not done yet. */
export interface OpenItems {
  readonly kind: RunKind;
  readonly queued: number;
  readonly inProgress: number;
}

interface CommandWords {
  readonly label: string;
  readonly done: string;
  /** Asked before it is done; null = done at once. */
  readonly confirm: Confirmation | null;
}

interface Confirmation {
  readonly title: string;
  explain(open: OpenItems): string;
  button(open: OpenItems): string;
}

/** What the palette asks about what a button does at once. */
export const askedWords: Readonly<Record<'pause' | 'resume', Confirmation>> = {
  pause: {
    title: 'Pause this run?',
    explain: (open) => `Nothing more of it is claimed. Its items stay ready.${finished(open)}`,
    button: () => 'Pause run',
  },
  resume: {
    title: 'Resume this run?',
    explain: () => 'Its items are claimed again.',
    button: () => 'Resume run',
  },
};

/** What becomes of what is pending (see `settleUnfetched`). */
function left({ kind, queued }: OpenItems, others: string): string {
  const items = countOf(queued, 'pending item');
  return kind === 'recrawl'
    ? `Of ${items}, pages that were fetched before stay as they were, and due; others will be ${others}.`
    : `${items} will be ${others}.`;
}

const finished = ({ inProgress }: OpenItems) =>
  inProgress === 0 ? '' : ` ${countOf(inProgress, 'item')} in progress will be finished.`;

export const commandWords: Readonly<Record<RunCommand, CommandWords>> = {
  pause: { label: 'Pause', done: 'The run was paused', confirm: null },
  resume: { label: 'Resume', done: 'The run was resumed', confirm: null },
  stop: {
    label: 'Stop',
    done: 'The run was stopped',
    confirm: {
      title: 'Stop this run?',
      explain: (open) =>
        `The run ends. ${left(open, 'put on hold: they are not fetched until a new run of the source picks them up or they are retried')}${finished(open)}`,
      button: () => 'Stop run',
    },
  },
  cancel: {
    label: 'Cancel',
    done: 'The run was cancelled',
    confirm: {
      title: 'Cancel this run?',
      explain: (open) => `The run ends. ${left(open, 'skipped')}${finished(open)}`,
      button: ({ kind, queued }) =>
        queued === 0 || kind === 'recrawl'
          ? 'Cancel run'
          : `Cancel run, skip ${countOf(queued, 'item')}`,
    },
  },
};
