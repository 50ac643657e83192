/** The fence: reading an item only while a lease is the item's. Changes are fenced by the engine. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { HeldItem } from '#db/queue/held-columns.ts';
import type { WorkItemRow, WorkItemStatus } from '#db/schema.ts';
import type { Fence } from '../model.ts';

/** A status as a literal: SQL Server ignores a filtered index when the status is a parameter. */
export const statusIs = (status: WorkItemStatus) => sql.lit(status);

/** What every item outside a worker's hands looks like. */
export const noLease = {
  lease_id: null,
  lease_owner: null,
  lease_until: null,
  claimed_at: null,
} as const;

/** The item in the hands of this lease; undefined when the lease was lost. */
export function readLeased(s: Session, fence: Fence): Promise<WorkItemRow | undefined> {
  return s.q
    .selectFrom('work_items')
    .selectAll()
    .where('work_item_id', '=', fence.workItemId)
    .where('lease_id', '=', fence.leaseId)
    .where('status', '=', statusIs('in_progress'))
    .executeTakeFirst();
}

/** The items in the hands of these leases, by lease; those that were lost are missing. */
export async function readAllLeased(
  s: Session,
  fences: readonly Fence[],
): Promise<Map<string, HeldItem>> {
  return (await readLeasedAndKnown(s, fences, [])).leased;
}

/** The same, and which of these keys are known, as `knownKeys` tells them. */
export async function readLeasedAndKnown(
  s: Session,
  fences: readonly Fence[],
  keys: readonly string[],
): Promise<{ leased: Map<string, HeldItem>; known: Map<string, string | null> }> {
  const leased = new Map<string, HeldItem>();
  const ids = fences.map(({ workItemId }) => workItemId);
  const { held, known } = await s.engine.heldAndKnown(s, ids, keys);
  for (const row of held) if (row.lease_id !== null) leased.set(row.lease_id, row);
  return { leased, known };
}
