/** Which status may follow which, when somebody other than the claiming worker moves an item. */

import type { WorkItemStatus } from '#db/schema.ts';
import { AppError } from '#lib/errors/app-error.ts';

/**
 * `in_progress` is reached only by a claim, which makes the lease. Leaving it by hand takes the item
 * from its worker, whose completion is refused then.
 */
const transitions: Readonly<Record<WorkItemStatus, readonly WorkItemStatus[]>> = {
  pending: ['skipped', 'failed'],
  in_progress: ['completed', 'failed', 'skipped', 'pending'],
  completed: ['pending'],
  failed: ['pending', 'skipped'],
  skipped: ['pending'],
};

export function mayMove(from: WorkItemStatus, to: WorkItemStatus): boolean {
  return transitions[from].includes(to);
}

/** @throws AppError `transition_not_allowed` with what is allowed instead. */
export function requireMove(from: WorkItemStatus, to: WorkItemStatus): void {
  if (mayMove(from, to)) return;
  throw new AppError(
    'transition_not_allowed',
    `An item that is ${shown(from)} cannot become ${shown(to)}.`,
    { remedy: `From ${shown(from)} it may become ${transitions[from].map(shown).join(' or ')}.` },
  );
}

const shown = (status: WorkItemStatus) => status.replace('_', ' ');
