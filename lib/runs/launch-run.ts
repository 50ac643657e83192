/** Launching a run: the same request key launches one run, however often it is sent. */
import type { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { parseInput } from '#lib/errors/parse-input.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import { newId } from '#lib/ids.ts';
import { readNow } from '#lib/now.ts';
import { distinctByKey, insertAbsent } from '#lib/queue/enqueue/enqueue.ts';
import { insertRowFrom } from '#lib/queue/rows.ts';
import { adjustRun } from '#lib/queue/runs/run-numbers.ts';
import { openDueQueue } from '#lib/recrawl/due-queue.ts';
import { listSources, type Source } from '#lib/sources/read-sources.ts';
import { seedItems } from '#lib/sources/seeds.ts';
import { configHashOf } from './config-hash.ts';
import { requireRunRow } from './get-run.ts';
import { type LaunchRequest, launchRequestSchema, type RunBudget } from './model.ts';
import { launchedBefore, rememberLaunch } from './request-keys.ts';
import { scopeFilters, scopeHasItems } from './scope.ts';

export interface LaunchOptions {
  /** Made by whoever asks, once per intention: the same key gives the same run. At most 100 characters. */
  readonly requestKey?: string;
  /** The run it follows up: a retry of what failed in it, a recrawl of what it fetched. */
  readonly parentRunId?: string;
}

export interface LaunchedRun {
  readonly runId: string;
  /** Items in the run now; known items are put in by the workers afterwards. */
  readonly itemsTotal: number;
}

/**
 * Launches a run over the named sources, or over all enabled ones. Seeds are enqueued at once; known
 * items (recrawl, retry, and what a seed run's sources have pending without a run) are put in by the
 * workers in chunks.
 * @throws AppError `forbidden`, `input_invalid`, `source_unknown`, `source_paused` (disabled by its
 *   owner), `run_has_no_items`
 */
export async function launchRun(
  db: Db,
  actor: Actor,
  input: z.input<typeof launchRequestSchema>,
  options: LaunchOptions = {},
): Promise<LaunchedRun> {
  requirePermission(actor, 'runs:change');
  const request = parseRequest(input);
  return db.transaction(async (tx) => {
    const before = await launchedBefore(tx, options.requestKey);
    if (before) return before;
    const sources = await sourcesOf(tx, request);
    const runId = newId();
    const filters = scopeFilters(request, options.parentRunId ?? null, sources);
    const known =
      (await scopeHasItems(tx, request, filters)) ||
      (request.due === true && (await isAnythingDue(tx, sources)));
    const seeds = request.kind === 'seed' ? sources.flatMap((source) => seedRows(source)) : [];
    if (!known && seeds.length === 0) throw noItems(request);

    await insertRun(tx, actor, runId, { request, sources, options, prepare: known });
    const rows = seeds.map((row) => ({
      ...row,
      run_id: runId,
      ...(request.priority === undefined ? {} : { priority: request.priority }),
    }));
    const budget = request.maxItems ?? Number.POSITIVE_INFINITY;
    const inserted = await insertAbsent(tx, distinctByKey(rows).slice(0, budget));
    const itemsTotal = inserted.length;
    if (itemsTotal > 0) await adjustRun(tx, runId, { total: itemsTotal });
    const launched = { runId, itemsTotal };
    await rememberLaunch(tx, options.requestKey, launched);
    await recordAudit(tx, actor, {
      action: 'run.launch',
      targetType: 'run',
      targetId: runId,
      summary: `Launched ${request.kind} run ${request.name ?? runId} over ${sources.map(({ name }) => name).join(', ')}`,
      after: request,
    });
    await recordEvents(tx, [
      { kind: 'run.launched', message: `${actor.email} launched the run.`, runId },
    ]);
    return launched;
  });
}

type FollowUp = (
  db: Db,
  actor: Actor,
  runId: string,
  options?: { readonly requestKey?: string; readonly budget?: RunBudget },
) => Promise<LaunchedRun>;

const followUp =
  (kind: 'retry' | 'recrawl', word: string): FollowUp =>
  async (db, actor, runId, { budget = {}, ...options } = {}) => {
    requirePermission(actor, 'runs:change');
    const parent = await requireRunRow(db, runId);
    const name = `${word} of ${parent.name ?? `run ${parent.run_id.slice(-8)}`}`.slice(0, 200);
    return launchRun(db, actor, { kind, name, ...budget }, { ...options, parentRunId: runId });
  };

/**
 * Launches a retry of what failed in a run, as its child.
 * @throws AppError `not_found`, `run_has_no_items`, and as `launchRun`
 */
export const retryFailed = followUp('retry', 'Retry');

/** Launches a recrawl of what a run has completed, as its child; else as `retryFailed`. */
export const recrawlRun = followUp('recrawl', 'Recrawl');

const parseRequest = (input: unknown): LaunchRequest =>
  parseInput(launchRequestSchema, input, 'The launch request is not right.');

async function sourcesOf(tx: Session, request: LaunchRequest): Promise<readonly Source[]> {
  const all = await listSources(tx);
  if (request.sources.length === 0) return all.filter((source) => source.enabled);
  return [...new Set(request.sources)].map((name) => {
    const source = all.find((candidate) => candidate.name === name);
    if (!source) throw new AppError('source_unknown', `There is no source "${name}".`);
    if (!source.enabled) {
      throw new AppError('source_paused', `The source "${name}" is disabled.`, {
        remedy: 'Enable the source first.',
      });
    }
    return source;
  });
}

const seedRows = (source: Source) => seedItems(source).map(insertRowFrom);

async function isAnythingDue(tx: Session, sources: readonly Source[]): Promise<boolean> {
  const now = await readNow(tx);
  const queue = await openDueQueue(tx, sources, now, now);
  return (await queue.next(1)).length > 0;
}

function noItems({ kind, due }: LaunchRequest): AppError {
  const nothing = {
    seed: 'None of these sources has seeds.',
    recrawl: `There is nothing to recrawl: ${due === true ? 'nothing is due' : 'no item matches'}.`,
    retry: 'There is nothing to retry: no item failed.',
  };
  return new AppError('run_has_no_items', nothing[kind]);
}

interface NewRun {
  readonly request: LaunchRequest;
  readonly sources: readonly Source[];
  readonly options: LaunchOptions;
  /** Whether known items have to be put in. */
  readonly prepare: boolean;
}

async function insertRun(
  tx: Session,
  actor: Actor,
  runId: string,
  { request, sources, options, prepare }: NewRun,
): Promise<void> {
  const revisions = Object.fromEntries(sources.map(({ name, revision }) => [name, revision]));
  await tx.q
    .insertInto('ingest_runs')
    .values({
      run_id: runId,
      started_at: tx.engine.now(),
      completed_at: null,
      status: 'running',
      config_hash: configHashOf(sources),
      metadata: null,
      kind: request.kind,
      name: request.name ?? null,
      phase: prepare ? 'preparing' : 'ready',
      request: JSON.stringify(request),
      source_revisions: JSON.stringify(revisions),
      max_items: request.maxItems ?? null,
      max_depth: request.maxDepth ?? null,
      max_requests: request.maxRequests ?? null,
      deadline_at:
        request.maxMinutes === undefined ? null : tx.engine.nowPlus(request.maxMinutes * 60_000),
      paused_at: null,
      end_reason: null,
      parent_run_id: options.parentRunId ?? null,
      launched_by: actor.email,
      request_key: options.requestKey ?? null,
      heartbeat_at: tx.engine.now(),
      error_message: null,
    })
    .execute();
}
