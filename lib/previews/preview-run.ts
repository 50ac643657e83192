/** What a launch would take in, before it is launched: how many items, and how long at the polite rate. */
import { sql } from 'kysely';
import { chunksOf } from '#db/chunks.ts';
import type { Session } from '#db/engine.ts';
import type { Instant, WorkItemStatus } from '#db/schema.ts';
import { type Actor, reaches } from '#lib/actor/model.ts';
import { requirePermission, requireSources } from '#lib/actor/require-permission.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { countWorkItems } from '#lib/items/list/list.ts';
import { readNow } from '#lib/now.ts';
import { type CountResult, countCap } from '#lib/paging/capped-count.ts';
import { dedupeKeyOf } from '#lib/queue/dedupe-key.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';
import { countDue } from '#lib/recrawl/due-queue.ts';
import type { LaunchRequest } from '#lib/runs/model.ts';
import { ofRequest, ofRun } from '#lib/runs/run-row.ts';
import { requestShare } from '#lib/source-types/registry.ts';
import { listSources, type SourceSummary } from '#lib/sources/read-sources.ts';
import { seedItems } from '#lib/sources/seeds.ts';

export interface SourcePreview {
  readonly name: string;
  /** Items the run would take of it; null when counting took too long. */
  readonly items: number | null;
  /** True when there are more than `items`. */
  readonly isAtLeast: boolean;
  /** Requests they take at least; known for a recrawl of what is due, else null. */
  readonly requests: number | null;
  /** Known seeds, which a seed run does not fetch again. */
  readonly knownSeeds: number;
  readonly isPaused: boolean;
}

export interface LaunchPreview {
  readonly sources: readonly SourcePreview[];
  /** Sum over the sources, cut by the budget; null when one could not be counted. */
  readonly items: number | null;
  /** Requests at least, cut by the budget; null where they were not reckoned. */
  readonly requests: number | null;
  readonly isAtLeast: boolean;
  /** Least time at the sources' polite rates, ms; sources are worked through side by side. */
  readonly leastMs: number;
}

/**
 * Discovered items come on top and cannot be foreseen.
 * @throws AppError `forbidden`, `not_found`
 * @param parentRunId the run that a recrawl or retry follows up; null = of all that is known
 */
export async function previewRun(
  session: Session,
  actor: Actor,
  request: LaunchRequest,
  parentRunId: string | null = null,
): Promise<LaunchPreview> {
  requirePermission(actor, 'console:view');
  requireSources(
    actor,
    parentRunId === null ? ofRequest(request) : await ofRun(session, parentRunId),
  );
  const all = (await listSources(session)).filter(({ name }) => reaches(actor, [name]));
  const chosen =
    request.sources.length === 0
      ? all.filter((source) => source.enabled)
      : all.filter((source) => request.sources.includes(source.name));
  const sources = await Promise.all(
    chosen.map((source) => previewSource(session, source, request, parentRunId)),
  );
  const total = sources.reduce((sum, source) => sum + (source.items ?? 0), 0);
  const budget = request.maxItems ?? Number.POSITIVE_INFINITY;
  return {
    sources,
    items: sources.some((source) => source.items === null) ? null : Math.min(total, budget),
    requests: sumOfRequests(sources, request.maxRequests ?? Number.POSITIVE_INFINITY),
    isAtLeast: total < budget && sources.some((source) => source.isAtLeast),
    leastMs: Math.max(
      0,
      ...chosen.map((source, at) => source.rateDelayMs * requestsOf(sources[at], request, budget)),
    ),
  };
}

function sumOfRequests(sources: readonly SourcePreview[], most: number): number | null {
  if (sources.some(({ requests }) => requests === null)) return null;
  return Math.min(
    most,
    sources.reduce((sum, { requests }) => sum + (requests ?? 0), 0),
  );
}

/** Of one source at least; where they are not reckoned, an item takes one. */
function requestsOf(
  source: SourcePreview | undefined,
  { maxRequests }: LaunchRequest,
  mostItems: number,
): number {
  const requests = source?.requests ?? Math.min(source?.items ?? 0, mostItems);
  return Math.min(requests, mostItems, maxRequests ?? requests);
}

async function previewSource(
  session: Session,
  source: SourceSummary,
  request: LaunchRequest,
  parentRunId: string | null,
): Promise<SourcePreview> {
  const base = { name: source.name, isPaused: source.pausedAt !== null, requests: null };
  if (request.due === true) return { ...base, ...(await countWhatIsDue(session, source)) };
  if (request.kind === 'seed') {
    const { fresh, known } = await countSeeds(session, source);
    const adopted = await countPendingWithoutRun(session, source);
    return {
      ...base,
      items: fresh + Math.min(adopted, countCap),
      knownSeeds: known,
      isAtLeast: adopted > countCap,
    };
  }
  const statuses: readonly WorkItemStatus[] =
    request.kind === 'retry' ? ['failed'] : (request.statuses ?? ['completed']);
  const count = await countWorkItems(session, {
    status: statuses,
    source: source.name,
    type: request.resourceType,
    stale: request.staleDays === 0 ? undefined : request.staleDays,
    run: parentRunId ?? undefined,
  });
  return {
    ...base,
    knownSeeds: 0,
    items: knownPart(count),
    isAtLeast: count.kind === 'more' || count.kind === 'at_least',
  };
}

/** New pages that wait without a run, and what is due. */
async function countWhatIsDue(session: Session, source: SourceSummary) {
  const scope = { type: source.type, name: source.name };
  const adopted = await countPendingWithoutRun(session, source);
  const due = await countDue(session, scope, await readNow(session), countCap + 1);
  const dueItems = due.reduce((sum, { count }) => sum + count, 0);
  const requests = due.reduce(
    (sum, { resourceType, count }) => sum + count * requestShare(source.type, resourceType),
    Math.min(adopted, countCap),
  );
  return {
    knownSeeds: 0,
    items: Math.min(adopted, countCap) + Math.min(dueItems, countCap),
    requests: Math.ceil(requests),
    isAtLeast: adopted > countCap || dueItems > countCap,
  };
}

function knownPart(count: CountResult): number | null {
  if (count.kind === 'unknown') return null;
  return count.kind === 'more' ? count.than : count.count;
}

async function countSeeds(session: Session, source: SourceSummary) {
  const keys = seedsOf(source, await readNow(session)).map(dedupeKeyOf);
  let known = 0;
  for (const chunk of chunksOf(keys)) {
    const rows = await session.q
      .selectFrom('work_items')
      .select('work_item_id')
      .where('dedupe_key', 'in', session.engine.listed(chunk, 'exactly'))
      .execute();
    known += rows.length;
  }
  return { fresh: keys.length - known, known };
}

/** What a seed run adopts of its source, counted up to one more than the cap. */
async function countPendingWithoutRun(session: Session, source: SourceSummary): Promise<number> {
  const { engine, q } = session;
  const waiting = q
    .selectFrom('work_items')
    .select(sql<number>`1`.as('one'))
    .where('status', '=', statusIs('pending'))
    .where('run_id', 'is', null)
    .where('source_system', '=', source.type)
    .where('source_name', '=', source.name);
  const row = await q
    .selectFrom(engine.take(waiting, countCap + 1).as('capped'))
    .select(sql<number>`count(*)`.as('total'))
    .executeTakeFirstOrThrow();
  return Number(row.total);
}

/** Seeds that no longer fit their type are said at the launch; here they count as none. */
function seedsOf(source: SourceSummary, now: Instant) {
  try {
    return seedItems(source, now);
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}
