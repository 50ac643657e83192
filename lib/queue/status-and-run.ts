/** Items of one status and one run change by one statement, and change that run's numbers alike. */
import type { ExpressionBuilder, ExpressionWrapper, SqlBool } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Database, WorkItemStatus } from '#db/schema.ts';
import { statusIs } from './lease/leased-item.ts';

/** An item as it was read before it is changed. */
export interface ItemAsRead {
  readonly work_item_id: string;
  readonly status: WorkItemStatus;
  readonly run_id: string | null;
}

export interface StatusAndRun {
  readonly status: WorkItemStatus;
  readonly runId: string | null;
  readonly ids: string[];
}

export function groupByStatusAndRun(items: readonly ItemAsRead[]): StatusAndRun[] {
  const groups = new Map<string, StatusAndRun>();
  for (const { work_item_id: id, status, run_id: runId } of items) {
    const key = `${status} ${runId ?? ''}`;
    const group = groups.get(key) ?? { status, runId, ids: [] };
    group.ids.push(id);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Condition: the group's items that are still as they were read. */
export const stillAsRead =
  ({ engine }: Session, group: StatusAndRun) =>
  (
    eb: ExpressionBuilder<Database, 'work_items'>,
  ): ExpressionWrapper<Database, 'work_items', SqlBool> =>
    eb.and([
      eb('work_item_id', 'in', engine.listed(group.ids)),
      eb('status', '=', statusIs(group.status)),
      group.runId === null ? eb('run_id', 'is', null) : eb('run_id', '=', group.runId),
    ]);
