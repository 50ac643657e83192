import type { Session } from '#db/engine.ts';
import type { WorkItemStatus } from '#db/schema.ts';
import { workItemStatuses } from '#db/schema.ts';
import type { Source } from './model.ts';
import { toSource } from './source-row.ts';

/** A source with how many of its items have each status. */
export interface SourceSummary extends Source {
  readonly counts: Readonly<Record<WorkItemStatus, number>>;
}

/** All sources that were not deleted, by name. Counting costs the same however many items there are. */
export async function listSources(s: Session): Promise<SourceSummary[]> {
  const rows = await s.q
    .selectFrom('sources')
    .selectAll()
    .where('deleted_at', 'is', null)
    .orderBy('name')
    .execute();
  if (rows.length === 0) return [];
  const secrets = await s.q
    .selectFrom('source_secrets')
    .select(['source_id', 'secret_name'])
    .orderBy('secret_name')
    .execute();
  const counters = await s.engine.readTotals(s);
  return rows.map((row) => {
    const names = secrets
      .filter(({ source_id: id }) => id === row.source_id)
      .map(({ secret_name: name }) => name);
    const counts: Record<WorkItemStatus, number> = {
      pending: 0,
      in_progress: 0,
      completed: 0,
      failed: 0,
      skipped: 0,
    };
    for (const counter of counters) {
      if (counter.source_system !== row.source_type || counter.source_name !== row.name) continue;
      const status = workItemStatuses.find((known) => known === counter.status);
      if (status) counts[status] += Number(counter.item_count);
    }
    return { ...toSource(row, names), counts };
  });
}
