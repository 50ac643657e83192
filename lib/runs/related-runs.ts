/** The run a run follows up, the runs that follow it up, and what has come of all of them together. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import { isSeen, type Sight } from '#lib/actor/model.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';
import type { Run } from './model.ts';
import { getRun, runFromRow, sourcesOfRun } from './run-row.ts';

export interface RelatedRuns {
  readonly parent: Run | null;
  /** Newest first, at most 20. */
  readonly children: readonly Run[];
  /** Null for a run that nothing follows up. */
  readonly family: RunFamily | null;
}

/** A run with its retries and recrawls, and theirs. */
export interface RunFamily {
  /** The run itself included. */
  readonly runs: number;
  /** True when there are more runs than were counted. */
  readonly isAtLeast: boolean;
  /** Sums over the runs; an item counts in each run that took it. */
  readonly itemsProcessed: number;
  readonly itemsSucceeded: number;
  readonly itemsDiscovered: number;
  readonly requestsSent: number;
  /** Items that are failed now, whichever of the runs they failed in last; counted up to 10,000. */
  readonly stillFailed: number;
}

const mostChildren = 20;
/** Bounds of what is counted as one family. */
const mostRuns = 200;
const mostGenerations = 20;
const mostFailed = 10_000;

export async function listRelatedRuns(
  session: Session,
  run: Run,
  sight: Sight = null,
): Promise<RelatedRuns> {
  const query = session.q
    .selectFrom('current_runs')
    .selectAll()
    .where('parent_run_id', '=', run.runId)
    .orderBy('started_at', 'desc')
    .orderBy('run_id', 'desc');
  const [parent, children] = await Promise.all([
    run.parentRunId === null ? null : getRun(session, run.parentRunId, sight),
    session.engine.take(query, mostChildren).execute(),
  ]);
  return {
    parent,
    children: children.map(runFromRow).filter((one) => isSeen(sight, sourcesOfRun(one))),
    family: children.length === 0 ? null : await familyOf(session, run.runId),
  };
}

async function familyOf(s: Session, runId: string): Promise<RunFamily> {
  const { ids, isAtLeast } = await descendants(s, runId);
  const sums = await s.q
    .selectFrom('current_runs')
    .select((eb) => [
      eb.fn.sum<number>('items_processed').as('processed'),
      eb.fn.sum<number>('items_succeeded').as('succeeded'),
      eb.fn.sum<number>('items_discovered').as('discovered'),
      eb.fn.sum<number>('requests_sent').as('requests'),
    ])
    .where('run_id', 'in', s.engine.listed(ids))
    .executeTakeFirstOrThrow();
  return {
    runs: ids.length,
    isAtLeast,
    itemsProcessed: Number(sums.processed),
    itemsSucceeded: Number(sums.succeeded),
    itemsDiscovered: Number(sums.discovered),
    requestsSent: Number(sums.requests),
    stillFailed: await countFailed(s, ids),
  };
}

/** The run and all that follow it up, generation by generation. */
async function descendants(s: Session, runId: string) {
  const ids = [runId];
  let generation = [runId];
  for (let depth = 0; depth < mostGenerations && generation.length > 0; depth += 1) {
    const query = s.q
      .selectFrom('current_runs')
      .select('run_id')
      .where('parent_run_id', 'in', s.engine.listed(generation))
      .orderBy('run_id');
    const rows = await s.engine.take(query, mostRuns - ids.length + 1).execute();
    generation = rows.map((row) => row.run_id);
    ids.push(...generation);
    if (ids.length > mostRuns) return { ids: ids.slice(0, mostRuns), isAtLeast: true };
  }
  return { ids, isAtLeast: generation.length > 0 };
}

async function countFailed(s: Session, ids: readonly string[]): Promise<number> {
  const failed = s.q
    .selectFrom('work_items')
    .select(sql<number>`1`.as('one'))
    .where('run_id', 'in', s.engine.listed(ids))
    .where('status', '=', statusIs('failed'));
  const row = await s.q
    .selectFrom(s.engine.take(failed, mostFailed).as('failed'))
    .select(sql<number>`count(*)`.as('items'))
    .executeTakeFirstOrThrow();
  return Number(row.items);
}
