/** The beginning of a run: launched by a person, a schedule or a command. */
import { z } from 'zod';
import { compareText } from '#db/compare-text.ts';
import type { Db, Session } from '#db/engine.ts';
import type { WorkItemInsert } from '#db/queue/storage.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission, requireSources } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { hashJson } from '#lib/canonical-json.ts';
import { AppError, parseInput } from '#lib/errors/app-error.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import { onceIn } from '#lib/idempotency/once.ts';
import { newId } from '#lib/ids.ts';
import { readNow } from '#lib/now.ts';
import { distinctByKey, insertAbsent } from '#lib/queue/enqueue/enqueue.ts';
import { insertRowFrom } from '#lib/queue/rows.ts';
import { adjustRun } from '#lib/queue/runs/run-numbers.ts';
import { openDueQueue } from '#lib/recrawl/due-queue.ts';
import { listSources, type Source } from '#lib/sources/read-sources.ts';
import { seedItems } from '#lib/sources/seeds.ts';
import { type LaunchRequest, launchRequestSchema, type RunBudget } from './model.ts';
import { runName } from './run-name.ts';
import { ofRequest, ofRun, requireRunRow } from './run-row.ts';
import { scopeFilters, scopeHasItems } from './scope.ts';

export interface LaunchOptions {
  /** Made by whoever asks, once per intention: the same key gives the same run. At most 100 characters. */
  readonly requestKey?: string;
  /** The run it follows up: a retry of what failed in it, a recrawl of what it fetched. */
  readonly parentRunId?: string;
}

const launchedSchema = z.object({
  runId: z.string(),
  /** Items in the run now; the workers put known items in afterwards. */
  itemsTotal: z.number(),
});
export type LaunchedRun = z.infer<typeof launchedSchema>;

/**
 * Launches a run over the named sources, or over all enabled ones. Seeds are enqueued at once; known
 * items (recrawl, retry, and what a seed run's sources have pending without a run) are put in by the
 * workers in chunks. The same request key launches one run, however often it is sent.
 * @throws AppError `forbidden`, `input_invalid`, `source_unknown`, `source_paused` (disabled by its
 *   owner), `run_has_no_items`, `duplicate_request`
 */
export async function launchRun(
  db: Db,
  actor: Actor,
  input: z.input<typeof launchRequestSchema>,
  options: LaunchOptions = {},
): Promise<LaunchedRun> {
  requirePermission(actor, 'runs:change');
  const request = parseRequest(input);
  // What follows a run up is over that run's sources.
  if (options.parentRunId === undefined) requireSources(actor, ofRequest(request));
  else requireSources(actor, await ofRun(db, options.parentRunId));
  const parentRunId = options.parentRunId ?? null;
  const keyed = { key: options.requestKey, action: 'run.launch' };
  return onceIn(db, keyed, launchedSchema, async (tx) => {
    const sources = await sourcesOf(tx, request);
    const filters = scopeFilters(request, parentRunId, sources);
    const known =
      (await scopeHasItems(tx, request, filters)) ||
      (request.due === true && (await isAnythingDue(tx, sources)));
    const seeds = request.kind === 'seed' ? await seedRows(tx, sources) : [];
    if (!known && seeds.length === 0) throw noItems(request);
    return insertRun(tx, actor, { request, sources, parentRunId, seeds, prepare: known });
  });
}

/**
 * Launches a run for a command that ingests: over the sources' seeds where `seeding`, and over what they have
 * pending without a run. Items of other runs stay in theirs.
 * @returns null when that is nothing: no seed is new and nothing is pending without a run
 * @throws AppError `forbidden`, `run_has_no_items` (it is to seed, and none of the sources has seeds)
 */
export async function launchIngest(
  db: Db,
  actor: Actor,
  sources: readonly Source[],
  { name, seeding }: { readonly name: string; readonly seeding: boolean },
): Promise<LaunchedRun | null> {
  requirePermission(actor, 'runs:change');
  const request = parseRequest({ kind: 'seed', name, sources: sources.map((one) => one.name) });
  return onceIn(
    db,
    { key: undefined, action: 'run.ingest' },
    launchedSchema.nullable(),
    async (tx) => {
      const all = seeding ? await seedRows(tx, sources) : [];
      const isKnown = await tx.engine.knownKeys(
        tx,
        all.map((row) => row.dedupe_key),
      );
      const seeds = all.filter((row) => !isKnown.has(row.dedupe_key));
      const prepare = await scopeHasItems(tx, request, scopeFilters(request, null, sources));
      if (seeding && all.length === 0 && !prepare) throw noItems(request);
      if (seeds.length === 0 && !prepare) return null;
      return insertRun(tx, actor, { request, sources, parentRunId: null, seeds, prepare });
    },
  );
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

async function seedRows(tx: Session, sources: readonly Source[]): Promise<WorkItemInsert[]> {
  const now = await readNow(tx);
  return distinctByKey(
    sources.flatMap((source) => seedItems(source, now).map((item) => insertRowFrom(item))),
  );
}

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
  readonly parentRunId: string | null;
  /** Enqueued with the run, as far as its budget goes and where they are new. */
  readonly seeds: readonly WorkItemInsert[];
  /** Whether known items have to be put in. */
  readonly prepare: boolean;
}

/** What it is called everywhere, once it has begun. */
const nameOf = async ({ q }: Session, runId: string): Promise<string> =>
  runName(
    await q
      .selectFrom('ingest_runs')
      .select(['name', 'kind', 'started_at', 'source_revisions'])
      .where('run_id', '=', runId)
      .executeTakeFirstOrThrow(),
  );

/**
 * Inserts a run with its seeds: the one place where runs begin. Records the audit entry and, last in the
 * transaction, the event `run.launched`.
 */
async function insertRun(tx: Session, actor: Actor, run: NewRun): Promise<LaunchedRun> {
  const { request, sources, seeds } = run;
  const runId = newId();
  const revisions = Object.fromEntries(sources.map(({ name, revision }) => [name, revision]));
  await tx.q
    .insertInto('ingest_runs')
    .values({
      run_id: runId,
      started_at: tx.engine.now(),
      status: 'running',
      config_hash: configHashOf(sources),
      kind: request.kind,
      name: request.name ?? null,
      phase: run.prepare ? 'preparing' : 'ready',
      request: JSON.stringify(request),
      source_revisions: JSON.stringify(revisions),
      max_items: request.maxItems ?? null,
      max_depth: request.maxDepth ?? null,
      max_requests: request.maxRequests ?? null,
      deadline_at:
        request.maxMinutes === undefined ? null : tx.engine.nowPlus(request.maxMinutes * 60_000),
      parent_run_id: run.parentRunId,
      launched_by: actor.email,
      heartbeat_at: tx.engine.now(),
    })
    .execute();
  const rows = seeds.slice(0, request.maxItems).map((row) => ({
    ...row,
    run_id: runId,
    ...(request.priority === undefined ? {} : { priority: request.priority }),
  }));
  const itemsTotal = (await insertAbsent(tx, rows)).length;
  if (itemsTotal > 0) await adjustRun(tx, runId, { total: itemsTotal });
  await recordAudit(tx, actor, {
    action: 'run.launch',
    targetType: 'run',
    targetId: runId,
    summary: `Launched ${await nameOf(tx, runId)}, over ${sources.map(({ name }) => name).join(', ')}`,
    after: request,
  });
  await recordEvents(tx, [
    {
      kind: 'run.launched',
      message: `${actor.email} launched the run.`,
      runId,
      data: {
        by: actor.email,
        kind: request.kind,
        sources: Object.keys(revisions),
        items: itemsTotal,
        parent: run.parentRunId,
      },
    },
  ]);
  return { runId, itemsTotal };
}

/**
 * Hex SHA-256 of what a run is configured with: the sources it covers with their settings and seeds.
 * Runs of the same hash were asked to do the same; secrets are no part of it.
 */
const configHashOf = (sources: readonly Source[]): string =>
  hashJson(
    sources
      .toSorted((a, b) => compareText(a.name, b.name))
      .map(({ name, type, settings, seeds }) => ({ name, type, settings, seeds: [...seeds] })),
  );
