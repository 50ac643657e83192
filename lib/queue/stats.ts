/** Exact totals, in time that does not depend on how many items there are. */
import type { Session } from '#db/engine.ts';
import type { WorkItemStatus } from '#db/schema.ts';
import { workItemStatuses } from '#db/schema.ts';
import type { SourceTotal } from '#db/totals.ts';
import type { WorkItemStats } from './model.ts';

type ByStatus = Record<WorkItemStatus, number>;

export async function getStats(s: Session): Promise<WorkItemStats> {
  return statsFrom(await s.engine.readTotals(s));
}

function statsFrom(counters: readonly SourceTotal[]): WorkItemStats {
  const byStatus = noItems();
  const sources = new Map<
    string,
    { sourceSystem: string; sourceName: string; byStatus: ByStatus }
  >();
  for (const row of counters) {
    const status = workItemStatuses.find((known) => known === row.status);
    if (status === undefined) continue;
    const key = JSON.stringify([row.source_system, row.source_name]);
    const source = sources.get(key) ?? {
      sourceSystem: row.source_system,
      sourceName: row.source_name,
      byStatus: noItems(),
    };
    sources.set(key, source);
    source.byStatus[status] += row.item_count;
    byStatus[status] += row.item_count;
  }
  return {
    total: sum(byStatus),
    byStatus,
    bySource: [...sources.values()].filter((source) => sum(source.byStatus) > 0),
  };
}

/** To be counted up. */
export const noItems = (): ByStatus => ({
  pending: 0,
  in_progress: 0,
  completed: 0,
  failed: 0,
  skipped: 0,
});
const sum = (byStatus: ByStatus) => Object.values(byStatus).reduce((a, b) => a + b, 0);
