/**
 * Putting known items into runs, chunk by chunk, by whichever worker comes by. Where a run stands is
 * kept with it, so a crash costs at most one chunk's work, and nothing twice.
 */
import type { Db, Session } from '#db/engine.ts';
import { chunkSize } from '#lib/work-items/chunks.ts';
import type { RecrawlFilter } from '#lib/work-items/model.ts';
import { reopenItems } from '#lib/work-items/reopen.ts';
import type { ItemAsRead } from '#lib/work-items/status-and-run.ts';
import { emptyQueueOfRun } from './empty-queue.ts';
import type { LaunchRequest } from './model.ts';
import { type RunRow, requestFromText, revisionsFromText } from './rows.ts';
import { parseRunMetadata, type RunMetadata } from './run-metadata.ts';
import { type ScopeSource, scopeCandidates, scopeFilters } from './scope.ts';

/** Chunks of one run per call: the caller has other duties. */
const chunksPerCall = 20;

/**
 * Goes on preparing every run that is being put together, and emptying the queue of every run that is
 * being ended. Returns how many items joined runs.
 */
export async function prepareRuns(db: Db): Promise<number> {
  const runs = await db.q
    .selectFrom('ingest_runs')
    .select(['run_id', 'phase'])
    .where('phase', 'in', ['preparing', 'ending'])
    .execute();
  let joined = 0;
  for (const { run_id: runId, phase } of runs) {
    if (phase === 'ending') await emptyQueueOfRun(db, runId, chunksPerCall);
    else joined += await prepareRun(db, runId);
  }
  return joined;
}

async function prepareRun(db: Db, runId: string): Promise<number> {
  let joined = 0;
  for (let chunk = 0; chunk < chunksPerCall; chunk += 1) {
    const step = await db.transaction((tx) => prepareChunk(tx, runId));
    joined += step.joined;
    if (step.done) break;
  }
  return joined;
}

interface Step {
  readonly joined: number;
  readonly done: boolean;
}

const done: Step = { joined: 0, done: true };

async function prepareChunk(tx: Session, runId: string): Promise<Step> {
  const run = await holdPreparingRun(tx, runId);
  if (!run) return done;
  const request = requestFromText(run.request);
  if (request === null) return failRun(tx, runId);
  const metadata = parseRunMetadata(run.metadata);
  const at = metadata.prepare ?? { filter: 0, cursor: '' };
  const filters = scopeFilters(request, run.parent_run_id, await sourcesOf(tx, run));
  const filter = filters[at.filter];
  if (filter === undefined) return markReady(tx, runId, metadata);

  const room = run.max_items === null ? chunkSize : run.max_items - run.items_total;
  const candidates = await nextCandidates(tx, request, filter, at.cursor);
  const eligible = candidates.filter((item) => item.run_id !== runId);
  const target = {
    runId,
    ...(request.priority === undefined ? {} : { priority: request.priority }),
  };
  const joined = await reopenItems(tx, eligible.slice(0, Math.max(0, room)), target);
  if (eligible.length > room) {
    await markReady(tx, runId, { ...metadata, budget_reached: true });
    return { joined, done: true };
  }
  const last = candidates.at(-1)?.work_item_id;
  const next = last === undefined ? { filter: at.filter + 1, cursor: '' } : { ...at, cursor: last };
  await tx.q
    .updateTable('ingest_runs')
    .set({ metadata: JSON.stringify({ ...metadata, prepare: next }) })
    .where('run_id', '=', runId)
    .execute();
  return { joined, done: false };
}

/** Takes the run's row, so that two workers prepare it one after the other. */
async function holdPreparingRun(tx: Session, runId: string): Promise<RunRow | undefined> {
  const held = await tx.q
    .updateTable('ingest_runs')
    .set({ heartbeat_at: tx.engine.now() })
    .where('run_id', '=', runId)
    .where('status', '=', 'running')
    .where('phase', '=', 'preparing')
    .executeTakeFirst();
  if (Number(held.numUpdatedRows) === 0) return undefined;
  return tx.q.selectFrom('ingest_runs').selectAll().where('run_id', '=', runId).executeTakeFirst();
}

/** The sources the run was launched over, in an order that does not change. */
async function sourcesOf(tx: Session, run: RunRow): Promise<ScopeSource[]> {
  const names = Object.keys(revisionsFromText(run.source_revisions)).sort();
  if (names.length === 0) return [];
  const rows = await tx.q
    .selectFrom('sources')
    .select(['name', 'source_type'])
    .where('name', 'in', names)
    .where('deleted_at', 'is', null)
    .execute();
  const typeOf = new Map(rows.map((row) => [row.name, row.source_type]));
  // A source deleted meanwhile keeps its place, or the stored position would point elsewhere.
  return names.map((name) => ({ name, type: typeOf.get(name) ?? '' }));
}

function nextCandidates(
  tx: Session,
  request: LaunchRequest,
  filter: RecrawlFilter,
  cursor: string,
): Promise<ItemAsRead[]> {
  return scopeCandidates(tx, request, filter, cursor, chunkSize);
}

async function markReady(tx: Session, runId: string, metadata: RunMetadata): Promise<Step> {
  const { prepare: _position, ...rest } = metadata;
  await tx.q
    .updateTable('ingest_runs')
    .set({ phase: 'ready', metadata: Object.keys(rest).length > 0 ? JSON.stringify(rest) : null })
    .where('run_id', '=', runId)
    .execute();
  return done;
}

async function failRun(tx: Session, runId: string): Promise<Step> {
  await tx.q
    .updateTable('ingest_runs')
    .set({
      status: 'failed',
      phase: 'ready',
      end_reason: 'error',
      completed_at: tx.engine.now(),
      error_message: 'The launch request of this run cannot be read.',
    })
    .where('run_id', '=', runId)
    .execute();
  return done;
}
