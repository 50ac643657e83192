/** Which items each change takes, and why it leaves the others. Pure: the console asks it too. */

import type { WorkItemStatus } from '#db/schema.ts';
import { isOnHold } from '#lib/queue/hold.ts';
import type { RefetchPlan } from '#lib/revisit/refetch-plan.ts';
import type { ItemChange, ItemChangeName } from './item-changes.ts';

export const refusals = [
  'gone',
  'pending',
  'held',
  'in_progress',
  'completed',
  'failed',
  'skipped',
  'unchanged',
  'retired',
  'run_full',
  'moved_on',
] as const;

/** Why an item is left as it is; `moved_on`: it changed since a person looked. */
export type Refusal = (typeof refusals)[number];

/** What a change looks at. */
export interface Standing {
  readonly status: WorkItemStatus;
  readonly wait_reason: string | null;
  readonly priority: number;
  readonly run_id: string | null;
  readonly refetch: string | null;
  readonly refetch_every_s: number | null;
}

/** Which statuses a change takes; `held`: pending items that are on hold. */
const takes = {
  recrawl: ['completed', 'failed', 'skipped', 'held'],
  retry: ['failed', 'skipped', 'held'],
  skip: ['pending', 'held', 'failed'],
  hold: ['pending'],
  release: ['held'],
  move_to_run: ['pending', 'held'],
} as const satisfies Partial<Record<ItemChangeName, readonly (WorkItemStatus | 'held')[]>>;

/** Why the change leaves an item in this state; null when it takes it. */
export function refusalOf(change: ItemChange, item: Standing): Refusal | null {
  if (change.action === 'set_priority') {
    return item.priority === change.priority ? 'unchanged' : null;
  }
  if (change.action === 'set_refetch') return refetchRefusal(change.plan, item);
  if (item.refetch === 'retired' && change.action !== 'skip') return 'retired';
  if (change.action === 'move_to_run' && item.run_id === change.runId) return 'unchanged';
  const standing = isOnHold({ status: item.status, waitReason: item.wait_reason })
    ? 'held'
    : item.status;
  const taken: readonly string[] = takes[change.action];
  return taken.includes(standing) ? null : standing;
}

/** What is queued is fetched, so it cannot be retired yet. */
function refetchRefusal(plan: RefetchPlan, item: Standing): Refusal | null {
  if (hasPlan(item, plan)) return 'unchanged';
  const isQueued = item.status === 'pending' || item.status === 'in_progress';
  return plan.kind === 'retired' && isQueued ? item.status : null;
}

/** As `refetchPlanOf` reads the columns; apart from its schema, which the browser need not load. */
const hasPlan = (item: Standing, plan: RefetchPlan): boolean =>
  plan.kind === (item.refetch ?? 'adaptive') &&
  (plan.kind !== 'every' || plan.everyS === item.refetch_every_s);
