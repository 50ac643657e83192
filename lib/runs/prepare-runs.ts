/**
 * Putting known items into runs, chunk by chunk, by whichever worker is free. How far a run has come is
 * stored with it, so a crash costs at most one chunk's work, and nothing twice.
 */
import { chunkSize } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import { readNow } from '#lib/now.ts';
import { reopenItems } from '#lib/queue/reopen.ts';
import { runIsAtWork } from '#lib/queue/runs/conditions.ts';
import { parseRunMetadata, type RunMetadata } from '#lib/queue/runs/run-metadata.ts';
import { type DueItem, openDueQueue, type ScopeSource } from '#lib/recrawl/due-queue.ts';
import { requestShare } from '#lib/source-types/registry.ts';
import { revisionsFromText } from '#lib/sources/pinned-settings.ts';
import { emptyQueueOfRun, endRun } from './end-run.ts';
import { afterStep } from './lifecycle.ts';
import {
  lifeOf,
  lockRunRow,
  type RunRow,
  requestFromText,
  requireRunRow,
  writeLife,
} from './run-row.ts';
import { type ScopeItem, scopeCandidates, scopeFilters } from './scope.ts';

/** Chunks of one run per call: the caller has other duties. */
const chunksPerCall = 20;

/**
 * Goes on preparing every run that items are being put into, and emptying the queue of every run that has
 * ended with items queued. Returns how many items joined runs.
 */
export async function prepareRuns(db: Db): Promise<number> {
  const runs = await db.q
    .selectFrom('ingest_runs')
    .select(['run_id', 'phase'])
    .where(runIsAtWork)
    .execute();
  let joined = 0;
  for (const { run_id: runId, phase } of runs) {
    if (phase === 'ending') await emptyQueueOfRun(db, runId, 'later', chunksPerCall);
    else joined += await prepareRun(db, runId);
  }
  return joined;
}

interface Step {
  readonly joined: number;
  readonly next: 'another chunk' | 'what is due' | 'nothing';
}

const done: Step = { joined: 0, next: 'nothing' };

async function prepareRun(db: Db, runId: string): Promise<number> {
  let joined = 0;
  for (let chunk = 0; chunk < chunksPerCall; chunk += 1) {
    const step = await db.transaction((tx) => prepareChunk(tx, runId));
    joined += step.joined;
    if (step.next === 'nothing') break;
    if (step.next === 'what is due') {
      return joined + (await prepareDue(db, runId, chunksPerCall - chunk));
    }
  }
  return joined;
}

async function prepareChunk(tx: Session, runId: string): Promise<Step> {
  const run = await lockPreparingRun(tx, runId);
  if (!run) return done;
  const request = requestFromText(run.request);
  if (request === null) {
    const errorMessage = 'The launch request of this run cannot be read.';
    await endRun(tx, runId, async () => ({ reason: 'error', errorMessage }));
    return done;
  }
  const before = parseRunMetadata(run.metadata);
  const at = before.prepare ?? { filter: 0, cursor: '' };
  const filters = scopeFilters(request, run.parent_run_id, await scopeSourcesOf(tx, run));
  const filter = filters[at.filter];
  if (filter === undefined) {
    if (request.due === true) return { joined: 0, next: 'what is due' };
    await markReady(tx, run, before);
    return done;
  }
  const { rows, next } = await scopeCandidates(tx, request, filter, at.cursor, chunkSize);
  const { joined, metadata, isFull } = await takeIn(tx, run, rows);
  if (isFull) {
    await markReady(tx, run, metadata);
    return { joined, next: 'nothing' };
  }
  const prepare = next === null ? { filter: at.filter + 1, cursor: '' } : { ...at, cursor: next };
  await saveMetadata(tx, runId, { ...metadata, prepare });
  return { joined, next: 'another chunk' };
}

/**
 * Puts in what is due, the most useful first, for at most `maxChunks` × 500 items. What came due after the
 * launch is left to the next run, or a run would take in again what it has just fetched. No position needs to
 * be stored: what was taken is pending, and no longer among what is due. Returns how many items joined.
 */
async function prepareDue(db: Db, runId: string, maxChunks: number): Promise<number> {
  const run = await requireRunRow(db, runId);
  const sources = await scopeSourcesOf(db, run);
  const queue = await openDueQueue(db, sources, run.started_at, await readNow(db));
  let joined = 0;
  for (let chunk = 0; chunk < maxChunks; chunk += 1) {
    const items = await queue.next(chunkSize);
    const step = await db.transaction((tx) => takeDue(tx, runId, items));
    joined += step.joined;
    if (step.next === 'nothing') break;
  }
  return joined;
}

async function takeDue(tx: Session, runId: string, items: readonly DueItem[]): Promise<Step> {
  const run = await lockPreparingRun(tx, runId);
  if (!run) return done;
  if (items.length === 0) {
    await markReady(tx, run, parseRunMetadata(run.metadata));
    return done;
  }
  const { joined, metadata, isFull } = await takeIn(tx, run, items);
  if (isFull) await markReady(tx, run, metadata);
  else await saveMetadata(tx, runId, metadata);
  return { joined, next: isFull ? 'nothing' : 'another chunk' };
}

/** Locks the run's row, so that two workers prepare it one after the other; null when it is not being prepared. */
async function lockPreparingRun(tx: Session, runId: string): Promise<RunRow | null> {
  const run = await lockRunRow(tx, runId);
  return run && afterStep(lifeOf(run), 'prepared') !== null ? run : null;
}

/** The run has all its items. */
async function markReady(tx: Session, run: RunRow, metadata: RunMetadata): Promise<void> {
  const { prepare: _position, planned_requests: _planned, ...rest } = metadata;
  await saveMetadata(tx, run.run_id, rest);
  const life = afterStep(lifeOf(run), 'prepared');
  if (life !== null) await writeLife(tx, run, life);
}

async function saveMetadata(tx: Session, runId: string, metadata: RunMetadata): Promise<void> {
  const text = Object.keys(metadata).length > 0 ? JSON.stringify(metadata) : null;
  await tx.q
    .updateTable('ingest_runs')
    .set({ metadata: text })
    .where('run_id', '=', runId)
    .execute();
}

/** The sources the run was launched over, in an order that does not change. */
async function scopeSourcesOf(s: Session, run: RunRow): Promise<ScopeSource[]> {
  const names = Object.keys(revisionsFromText(run.source_revisions)).sort();
  if (names.length === 0) return [];
  const rows = await s.q
    .selectFrom('sources')
    .select(['name', 'source_type'])
    .where('name', 'in', s.engine.listed(names, 'exactly'))
    .where('deleted_at', 'is', null)
    .execute();
  const typeOf = new Map(rows.map((row) => [row.name, row.source_type]));
  // A source deleted meanwhile keeps its place, or the stored position would point elsewhere.
  return names.map((name) => ({ name, type: typeOf.get(name) ?? '' }));
}

interface TakenIn {
  readonly joined: number;
  /** What to store with the run. */
  readonly metadata: RunMetadata;
  /** Not all of them fitted: the run takes no more. */
  readonly isFull: boolean;
}

/** Rounding of many small shares must not cost an item. */
const tolerance = 1e-6;

/**
 * Reopens those of the items that fit into the run, in the order given. The run's row must be locked.
 * Requests are counted as planned: retries, and what the items lead to, come on top and are bounded when
 * they are sent.
 * @param items at most 500
 */
async function takeIn(tx: Session, run: RunRow, items: readonly ScopeItem[]): Promise<TakenIn> {
  const metadata = parseRunMetadata(run.metadata);
  const planned = metadata.planned_requests ?? 0;
  const eligible = items.filter((item) => item.run_id !== run.run_id);
  const most = run.max_items === null ? eligible.length : run.max_items - run.items_total;
  const byItems = eligible.slice(0, Math.max(0, most));
  const fitting = run.max_requests === null ? byItems : within(byItems, run.max_requests - planned);
  const priority = requestFromText(run.request)?.priority;
  const joined = await reopenItems(tx, fitting, {
    runId: run.run_id,
    ...(priority === undefined ? {} : { priority }),
  });
  const isFull = fitting.length < eligible.length;
  return {
    joined,
    isFull,
    metadata: {
      ...metadata,
      ...(run.max_requests === null
        ? {}
        : { planned_requests: planned + sharesOf(fitting) * (joined / (fitting.length || 1)) }),
      ...(isFull && byItems.length < eligible.length ? { budget_reached: true } : {}),
      ...(isFull && fitting.length < byItems.length ? { requests_reached: true } : {}),
    },
  };
}

function within(items: readonly ScopeItem[], requests: number): ScopeItem[] {
  const fitting: ScopeItem[] = [];
  let shares = 0;
  for (const item of items) {
    shares += requestShare(item.source_system, item.resource_type);
    if (shares > requests + tolerance) break;
    fitting.push(item);
  }
  return fitting;
}

const sharesOf = (items: readonly ScopeItem[]) =>
  items.reduce((sum, item) => sum + requestShare(item.source_system, item.resource_type), 0);
