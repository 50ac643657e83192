/** What a person can do to a running run, and the words for it. */
import { countOf } from '#app/ui/num.tsx';

export const runCommands = ['pause', 'resume', 'stop', 'cancel'] as const;
export type RunCommand = (typeof runCommands)[number];

interface CommandWords {
  readonly label: string;
  readonly done: string;
  /** Asked before it is done; null = done at once. */
  readonly confirm: {
    readonly title: string;
    explain(queued: number, inProgress: number): string;
    button(queued: number): string;
  } | null;
}

const finished = (inProgress: number) =>
  inProgress === 0 ? '' : ` ${countOf(inProgress, 'item')} in progress will be finished.`;

export const commandWords: Readonly<Record<RunCommand, CommandWords>> = {
  pause: { label: 'Pause', done: 'The run is paused', confirm: null },
  resume: { label: 'Resume', done: 'The run goes on', confirm: null },
  stop: {
    label: 'Stop',
    done: 'The run was stopped',
    confirm: {
      title: 'Stop this run?',
      explain: (queued, inProgress) =>
        `The run ends. ${countOf(queued, 'queued item')} will be held: nobody fetches them until a seed run of the source takes them up or they are retried.${finished(inProgress)}`,
      button: () => 'Stop run',
    },
  },
  cancel: {
    label: 'Cancel',
    done: 'The run was cancelled',
    confirm: {
      title: 'Cancel this run?',
      explain: (queued, inProgress) =>
        `The run ends. ${countOf(queued, 'queued item')} will be skipped.${finished(inProgress)}`,
      button: (queued) =>
        queued === 0 ? 'Cancel run' : `Cancel run, skip ${countOf(queued, 'item')}`,
    },
  },
};
