/** The changes a person can choose for items, and the choices each of them asks for. */

import type { ItemChange } from '#lib/items/changes/item-changes.ts';
import type { RefetchPlan } from '#lib/revisit/refetch-plan.ts';

export type ChangeKind =
  | 'recrawl'
  | 'retry'
  | 'skip'
  | 'hold'
  | 'release'
  | 'set_priority'
  | 'move_to_run'
  | 'set_refetch'
  | 'retire';

/** The names on buttons and in the menu. */
export const changeLabels: Readonly<Record<ChangeKind, string>> = {
  recrawl: 'Recrawl',
  retry: 'Retry',
  skip: 'Skip',
  hold: 'Hold',
  release: 'Release',
  set_priority: 'Set priority',
  move_to_run: 'Move to run',
  set_refetch: 'Set fetch plan',
  retire: 'Retire',
};

/** The change and how many it is about: "Recrawl 3 items", "Set priority of 3 items". */
export function changeOfMany(kind: ChangeKind, count: string): string {
  switch (kind) {
    case 'set_priority':
    case 'set_refetch':
      return `${changeLabels[kind]} of ${count}`;
    case 'move_to_run':
      return `Move ${count} to a run`;
    default:
      return `${changeLabels[kind]} ${count}`;
  }
}

/** What the dialog asks for beside the kind. */
export interface ChangeChoices {
  /** NaN = not given. */
  readonly priority: number;
  readonly runId: string;
  /** Key of a `planChoices` entry. */
  readonly plan: string;
}

const day = 86_400;

export const planChoices: readonly {
  readonly value: string;
  readonly label: string;
  readonly plan: RefetchPlan;
}[] = [
  { value: 'adaptive', label: 'By how often it changes (unpin)', plan: { kind: 'adaptive' } },
  { value: 'hour', label: 'Every hour', plan: { kind: 'every', everyS: 3_600 } },
  { value: 'day', label: 'Every day', plan: { kind: 'every', everyS: day } },
  { value: 'week', label: 'Every 7 days', plan: { kind: 'every', everyS: 7 * day } },
  { value: 'month', label: 'Every 30 days', plan: { kind: 'every', everyS: 30 * day } },
  { value: 'always', label: 'Always due', plan: { kind: 'always' } },
  { value: 'never', label: 'Only when asked for', plan: { kind: 'never' } },
];

/** The change that is meant; null while a choice is missing. */
export function changeOf(kind: ChangeKind, choices: ChangeChoices): ItemChange | null {
  switch (kind) {
    case 'set_priority':
      return Number.isInteger(choices.priority) && choices.priority >= 0
        ? { action: kind, priority: choices.priority }
        : null;
    case 'move_to_run':
      return choices.runId === '' ? null : { action: kind, runId: choices.runId };
    case 'set_refetch': {
      const chosen = planChoices.find(({ value }) => value === choices.plan);
      return chosen ? { action: kind, plan: chosen.plan } : null;
    }
    case 'retire':
      return { action: 'set_refetch', plan: { kind: 'retired' } };
    default:
      return { action: kind };
  }
}
