/**
 * A claim in order whose cost depends on what it takes, not on what waits. It looks at the first items of
 * each source; where those are a crowd of items nobody may claim now (a paused run, a host that is shut),
 * it goes from lane to lane instead, and asks for each once.
 */
import type { RawBuilder } from 'kysely';
import { chunksOf } from '../chunks.ts';
import type { WorkItemRow } from '../schema.ts';
import type { ClaimScope, Lane, LaneHead, ScopeSource } from './claim-scope.ts';
import { type ClaimKey, inClaimOrder } from './ready.ts';
import type { ClaimRequest } from './storage.ts';

export interface ClaimSteps {
  /** Candidates of a claim, and of one through lanes; null when there can be none. */
  readonly candidates: (n: number, scope?: ClaimScope) => RawBuilder<unknown> | null;
  /** The first `n` candidates as they are now, without holding them. */
  readonly look: (n: number, scope: ClaimScope) => Promise<readonly ClaimKey[]>;
  /** Items by their ids, as far as they are still ready. */
  readonly candidatesNamed: (ids: readonly string[]) => RawBuilder<unknown>;
  readonly candidatesOfLanes: (
    n: number,
    lanes: readonly Lane[],
    scope: ClaimScope,
  ) => RawBuilder<unknown> | null;
  /** Claims the first `n` of the candidates in claim order, each with one of the leases. */
  readonly take: (
    candidates: RawBuilder<unknown>,
    n: number,
    leaseIds: readonly string[],
  ) => Promise<WorkItemRow[]>;
  /** The sources that may have more ready items than the claim has looked at. */
  readonly crowded: (n: number, sources: readonly ScopeSource[]) => Promise<ScopeSource[]>;
  /** The open lanes of a source by their heads, the first `n` in claim order. */
  readonly laneHeads: (source: ScopeSource, scope: ClaimScope, n: number) => Promise<LaneHead[]>;
}

/** Lanes of one statement: each is a branch of it. */
const mostLanes = 32;
/** Sources of one statement, for the same reason: SQLite takes 500 branches, SQL Server 2,100 parameters. */
const mostSources = 100;

export async function claimInOrder(
  { limit, leaseIds, scope }: ClaimRequest,
  steps: ClaimSteps,
): Promise<WorkItemRow[]> {
  const n = Math.min(limit, leaseIds.length);
  if (n < 1) return [];
  const candidates = await candidatesOf(n, scope, steps);
  const claimed = candidates === null ? [] : await steps.take(candidates, n, leaseIds);
  if (claimed.length < n && scope?.sources !== undefined && leavesOut(scope)) {
    const crowded: ScopeSource[] = [];
    for (const some of chunksOf(scope.sources, mostSources)) {
      crowded.push(...(await steps.crowded(n, some)));
    }
    if (crowded.length > 0) {
      const rest = leaseIds.slice(claimed.length, n);
      claimed.push(...(await claimThroughLanes(crowded, scope, rest, steps)));
    }
  }
  return inClaimOrder(claimed);
}

/** Of many sources the first items are found portion by portion. */
async function candidatesOf(
  n: number,
  scope: ClaimScope | undefined,
  steps: ClaimSteps,
): Promise<RawBuilder<unknown> | null> {
  const sources = scope?.sources;
  if (sources === undefined || sources.length <= mostSources) return steps.candidates(n, scope);
  const keys: ClaimKey[] = [];
  for (const some of chunksOf(sources, mostSources)) {
    keys.push(...(await steps.look(n, { ...scope, sources: some })));
  }
  const first = inClaimOrder(keys).slice(0, n);
  return first.length === 0 ? null : steps.candidatesNamed(first.map(({ work_item_id: id }) => id));
}

const leavesOut = (scope: ClaimScope): boolean =>
  scope.hosts !== undefined ||
  scope.together !== undefined ||
  (scope.excludeHosts?.length ?? 0) > 0 ||
  (scope.excludeRuns?.length ?? 0) > 0;

/** The first `n` items stand in the `n` lanes with the first heads: every other lane begins after them. */
async function claimThroughLanes(
  sources: readonly ScopeSource[],
  scope: ClaimScope,
  leaseIds: readonly string[],
  steps: ClaimSteps,
): Promise<WorkItemRow[]> {
  const claimed: WorkItemRow[] = [];
  while (claimed.length < leaseIds.length) {
    const leases = leaseIds.slice(claimed.length, claimed.length + mostLanes);
    const heads: LaneHead[] = [];
    for (const source of sources) {
      heads.push(...(await steps.laneHeads(source, scope, leases.length)));
    }
    const lanes = inClaimOrder(heads).slice(0, leases.length);
    const candidates = steps.candidatesOfLanes(leases.length, lanes, scope);
    if (candidates === null) break;
    const rows = await steps.take(candidates, leases.length, leases);
    claimed.push(...rows);
    if (rows.length < leases.length) break;
  }
  return claimed;
}
