/** Which known items a run takes in, as filters that are worked through one after the other. */

import { chunksOf } from '#db/chunks.ts';
import type { Session } from '#db/engine.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';
import type { RecrawlFilter } from '#lib/queue/model.ts';
import { candidateColumns, recrawlCandidates } from '#lib/queue/recrawl.ts';
import type { ItemAsRead } from '#lib/queue/status-and-run.ts';
import type { Portion } from '#lib/queue/walk-items.ts';
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
 * parent, or those that are named by their ids, as far as they are of the request's sources. A recrawl of what is due adopts like a seed run, for what was never fetched is the most useful
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
    const named = [...chunksOf(request.workItemIds)].map((workItemIds) => ({
      ...base,
      workItemIds,
    }));
    // Who names sources takes items of these alone: that is what was asked whether they may.
    return request.sources.length === 0
      ? named
      : sources.flatMap(({ type, name }) =>
          named.map((filter) => ({ ...filter, sourceSystem: type, sourceName: name })),
        );
  }
  if (parentRunId !== null) return [{ ...base, runId: parentRunId }];
  return sources.map(({ type, name }) => ({ ...base, sourceSystem: type, sourceName: name }));
}

/** The next items of one filter after a position, at most `limit`; see `walkItems`. */
export function scopeCandidates(
  s: Session,
  request: LaunchRequest,
  filter: RecrawlFilter,
  position: string,
  limit: number,
): Promise<Portion<ScopeItem>> {
  return request.kind === 'seed' || request.due === true
    ? pendingWithoutRun(s, filter, position, limit)
    : recrawlCandidates(s, filter, position, limit);
}

/** By their ids, as an index has them. */
async function pendingWithoutRun(
  s: Session,
  { sourceSystem, sourceName }: RecrawlFilter,
  after: string,
  limit: number,
): Promise<Portion<ScopeItem>> {
  if (sourceSystem === undefined || sourceName === undefined) return { rows: [], next: null };
  const query = s.q
    .selectFrom('work_items')
    .select(candidateColumns)
    .where('status', '=', statusIs('pending'))
    .where('run_id', 'is', null)
    .where('source_system', '=', sourceSystem)
    .where('source_name', '=', sourceName)
    .where('work_item_id', '>', after)
    .orderBy('work_item_id');
  const rows = await s.engine.take(query, limit).execute();
  return { rows, next: rows.at(-1)?.work_item_id ?? null };
}

/** Portions that a launch looks through for an item to begin with. */
const mostLookedThrough = 20;

/** Whether any known item would join; also yes when there is none among the first hundred thousand. */
export async function scopeHasItems(
  s: Session,
  request: LaunchRequest,
  filters: readonly RecrawlFilter[],
): Promise<boolean> {
  for (const filter of filters) {
    let position: string | null = '';
    for (let looked = 0; position !== null; looked += 1) {
      if (looked === mostLookedThrough) return true;
      const portion: Portion<ScopeItem> = await scopeCandidates(s, request, filter, position, 1);
      if (portion.rows.length > 0) return true;
      position = portion.next;
    }
  }
  return false;
}
