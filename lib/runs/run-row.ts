/** The row of a run: read, locked, given its life, and turned into the model. */
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import type { IngestRunsTable } from '#db/schema.ts';
import { isSeen, type Sight, type Touched } from '#lib/actor/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { isUuid } from '#lib/ids.ts';
import { jsonFromText } from '#lib/json.ts';
import { touchRun } from '#lib/queue/runs/run-numbers.ts';
import { revisionsFromText } from '#lib/sources/pinned-settings.ts';
import { endReasons, type RunLife, runPhases } from './lifecycle.ts';
import { type LaunchRequest, type Run, runKinds, storedRequestSchema } from './model.ts';
import { runName } from './run-name.ts';

export type RunRow = Selectable<IngestRunsTable>;

const kindSchema = z.enum(runKinds).catch('seed');
const phaseSchema = z.enum(runPhases).catch('ready');
const endReasonSchema = z.enum(endReasons).nullable().catch(null);

export function runFromRow(row: RunRow): Run {
  const { status, phase, endReason } = lifeOf(row);
  return {
    runId: row.run_id,
    kind: kindSchema.parse(row.kind),
    name: runName(row),
    status,
    phase,
    startedAt: row.started_at,
    completedAt: row.completed_at,
    pausedAt: row.paused_at,
    endReason,
    itemsTotal: row.items_total,
    itemsProcessed: row.items_processed,
    itemsSucceeded: row.items_succeeded,
    itemsFailed: row.items_failed,
    itemsSkipped: row.items_skipped,
    itemsDiscovered: row.items_discovered,
    itemsRetried: row.items_retried,
    itemsUnchanged: row.items_unchanged,
    itemsMissing: row.items_missing,
    maxItems: row.max_items,
    maxDepth: row.max_depth,
    maxRequests: row.max_requests,
    requestsSent: row.requests_sent,
    deadlineAt: row.deadline_at,
    parentRunId: row.parent_run_id,
    launchedBy: row.launched_by,
    request: requestFromText(row.request),
    sourceRevisions: revisionsFromText(row.source_revisions),
    heartbeatAt: row.heartbeat_at,
    errorMessage: row.error_message,
  };
}

/** The sources that a run is over. */
export function sourcesOfRun({
  sourceRevisions,
  request,
}: Pick<Run, 'sourceRevisions' | 'request'>): Touched {
  const names = [...Object.keys(sourceRevisions), ...(request?.sources ?? [])];
  return names.length === 0 ? 'all' : names;
}

/** @throws AppError `not_found` */
export async function ofRun(s: Session, runId: string): Promise<Touched> {
  const run = await getRun(s, runId);
  if (run === null) throw new AppError('not_found', `There is no run ${runId}.`);
  return sourcesOfRun(run);
}

export const ofRequest = ({ sources }: Pick<LaunchRequest, 'sources'>): Touched =>
  sources.length === 0 ? 'all' : sources;

/** Null for runs of an older system, which kept no request. */
export function requestFromText(text: string | null): LaunchRequest | null {
  const parsed = storedRequestSchema.safeParse(jsonFromText(text));
  return parsed.success ? parsed.data : null;
}

export const lifeOf = (
  row: Pick<RunRow, 'status' | 'phase' | 'paused_at' | 'end_reason'>,
): RunLife => ({
  status: row.status,
  phase: phaseSchema.parse(row.phase),
  isPaused: row.paused_at !== null,
  endReason: endReasonSchema.parse(row.end_reason),
});

/** Writes a life that the lifecycle allows after that of `row`, which must be locked. */
export async function writeLife(tx: Session, row: RunRow, life: RunLife): Promise<void> {
  const hasEnded = row.status === 'running' && life.status !== 'running';
  await tx.q
    .updateTable('ingest_runs')
    .set({
      status: life.status,
      phase: life.phase,
      end_reason: life.endReason,
      ...(life.isPaused === (row.paused_at !== null)
        ? {}
        : { paused_at: life.isPaused ? tx.engine.now() : null }),
      ...(hasEnded ? { completed_at: tx.engine.now() } : {}),
    })
    .where('run_id', '=', row.run_id)
    .execute();
}

/** The run, or null when there is none of this id among those that are seen. */
export async function getRun(s: Session, runId: string, sight: Sight = null): Promise<Run | null> {
  const row = await readRunRow(s, runId);
  const run = row ? runFromRow(row) : null;
  return run !== null && isSeen(sight, sourcesOfRun(run)) ? run : null;
}

/** @throws AppError `not_found` */
export async function requireRunRow(s: Session, runId: string): Promise<RunRow> {
  const row = await readRunRow(s, runId);
  if (!row) throw new AppError('not_found', `There is no run ${runId}.`);
  return row;
}

/** Locks the run's row until the transaction ends; undefined when there is none. */
export async function lockRunRow(tx: Session, runId: string): Promise<RunRow | undefined> {
  if (isUuid(runId)) await touchRun(tx, runId);
  return readRunRow(tx, runId);
}

async function readRunRow(s: Session, runId: string): Promise<RunRow | undefined> {
  // The column is UNIQUEIDENTIFIER on SQL Server: other text would be a conversion error there.
  if (!isUuid(runId)) return undefined;
  return s.q.selectFrom('current_runs').selectAll().where('run_id', '=', runId).executeTakeFirst();
}
