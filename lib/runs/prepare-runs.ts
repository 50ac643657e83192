/**
 * Putting known items into runs, chunk by chunk, by whichever worker comes by. Where a run stands is
 * kept with it, so a crash costs at most one chunk's work, and nothing twice.
 */

import { chunkSize } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import { runIsAtWork } from '#lib/queue/runs/conditions.ts';
import { parseRunMetadata } from '#lib/queue/runs/run-metadata.ts';
import { emptyQueueOfRun } from './empty-queue.ts';
import { prepareDue } from './prepare-due.ts';
import { lockPreparingRun, markReady, saveMetadata, scopeSourcesOf } from './preparing-run.ts';
import { requestFromText } from './rows.ts';
import { scopeCandidates, scopeFilters } from './scope.ts';
import { takeIn } from './take-in.ts';

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
    .where(runIsAtWork)
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
    if (step.next === 'nothing') break;
    if (step.next === 'what is due') {
      return joined + (await prepareDue(db, runId, chunksPerCall - chunk));
    }
  }
  return joined;
}

interface Step {
  readonly joined: number;
  readonly next: 'another chunk' | 'what is due' | 'nothing';
}

const done: Step = { joined: 0, next: 'nothing' };

async function prepareChunk(tx: Session, runId: string): Promise<Step> {
  const run = await lockPreparingRun(tx, runId);
  if (!run) return done;
  const request = requestFromText(run.request);
  if (request === null) return failRun(tx, runId);
  const before = parseRunMetadata(run.metadata);
  const at = before.prepare ?? { filter: 0, cursor: '' };
  const filters = scopeFilters(request, run.parent_run_id, await scopeSourcesOf(tx, run));
  const filter = filters[at.filter];
  if (filter === undefined) {
    if (request.due === true) return { joined: 0, next: 'what is due' };
    await markReady(tx, runId, before);
    return done;
  }
  const candidates = await scopeCandidates(tx, request, filter, at.cursor, chunkSize);
  const { joined, metadata, isFull } = await takeIn(tx, run, candidates);
  if (isFull) {
    await markReady(tx, runId, metadata);
    return { joined, next: 'nothing' };
  }
  const last = candidates.at(-1)?.work_item_id;
  const prepare =
    last === undefined ? { filter: at.filter + 1, cursor: '' } : { ...at, cursor: last };
  await saveMetadata(tx, runId, { ...metadata, prepare });
  return { joined, next: 'another chunk' };
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
