/** How many items of each status a host has, in time that does not depend on how many there are. */
import type { Session } from '#db/engine.ts';
import type { WorkItemStatus } from '#db/schema.ts';
import { workItemStatuses } from '#db/schema.ts';

export type HostTotals = Readonly<Record<WorkItemStatus, number>>;

export const noItems: HostTotals = {
  pending: 0,
  in_progress: 0,
  completed: 0,
  failed: 0,
  skipped: 0,
};

/** Exact totals of up to 1,000 hosts; hosts without items are left out. */
export async function readHostTotals(
  session: Session,
  hosts: readonly string[],
): Promise<Map<string, HostTotals>> {
  const totals = new Map<string, HostTotals>();
  for (const row of await session.engine.readHostTotals(session, hosts)) {
    const status = workItemStatuses.find((known) => known === row.status);
    if (!status) continue;
    totals.set(row.host, {
      ...(totals.get(row.host) ?? noItems),
      [status]: Number(row.item_count),
    });
  }
  return totals;
}
