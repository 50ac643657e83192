/** Which known items a run takes in, as filters that are worked through one after the other. */

import { chunksOf } from '#db/chunks.ts';
import type { Session } from '#db/engine.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';
import type { RecrawlFilter } from '#lib/queue/model.ts';
import { recrawlCandidates } from '#lib/queue/recrawl.ts';
import type { ItemAsRead } from '#lib/queue/status-and-run.ts';
import type { ScopeSource } from '#lib/recrawl/due-queue.ts';
import type { LaunchRequest } from './model.ts';

/** A known item as it was read, and what it takes to fetch it. */
export interface ScopeItem extends ItemAsRead {
  readonly source_system: string;
  readonly resource_type: string;
}

/**
 * A seed run adopts what its sources have pending without a run (left by a stopped run, or enqueued by
 * hand); a recrawl takes completed items; a retry takes failed ones; either of one run when it has a
 * parent. A recrawl of what is due adopts like a seed run, for what was never fetched is the most useful
 * to fetch; what is due follows (`prepareDue`).
 */
export function scopeFilters(
  request: LaunchRequest,
  parentRunId: string | null,
  sources: readonly ScopeSource[],
): RecrawlFilter[] {
  const base: RecrawlFilter = {
    statuses: request.kind === 'retry' ? ['failed'] : (request.statuses ?? ['completed']),
    ...(request.resourceType === undefined ? {} : { resourceType: request.resourceType }),
    ...(request.staleDays === undefined ? {} : { staleDays: request.staleDays }),
  };
  if (request.kind !== 'seed' && request.workItemIds !== undefined) {
    return [...chunksOf(request.workItemIds)].map((workItemIds) => ({ ...base, workItemIds }));
  }
  if (parentRunId !== null) return [{ ...base, runId: parentRunId }];
  return sources.map(({ type, name }) => ({ ...base, sourceSystem: type, sourceName: name }));
}

/** The next items of one filter in id order after `cursor`. */
export function scopeCandidates(
  s: Session,
  request: LaunchRequest,
  filter: RecrawlFilter,
  cursor: string,
  limit: number,
): Promise<ScopeItem[]> {
  return request.kind === 'seed' || request.due === true
    ? pendingWithoutRun(s, filter, cursor, limit)
    : recrawlCandidates(s, filter, cursor, limit);
}

function pendingWithoutRun(
  s: Session,
  { sourceSystem, sourceName }: RecrawlFilter,
  cursor: string,
  limit: number,
): Promise<ScopeItem[]> {
  if (sourceSystem === undefined || sourceName === undefined) return Promise.resolve([]);
  const query = s.q
    .selectFrom('work_items')
    .select(['work_item_id', 'status', 'run_id', 'source_system', 'resource_type'])
    .where('status', '=', statusIs('pending'))
    .where('run_id', 'is', null)
    .where('source_system', '=', sourceSystem)
    .where('source_name', '=', sourceName)
    .where('work_item_id', '>', cursor)
    .orderBy('work_item_id');
  return s.engine.take(query, limit).execute();
}

/** Whether any known item would join. */
export async function scopeHasItems(
  s: Session,
  request: LaunchRequest,
  filters: readonly RecrawlFilter[],
): Promise<boolean> {
  for (const filter of filters) {
    if ((await scopeCandidates(s, request, filter, '', 1)).length > 0) return true;
  }
  return false;
}
