/** The worker: claims as capacity frees, carries each item through, ends in order. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { watchedDisks } from '#lib/disks/disks.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { outgoingOf } from '#lib/notices/send.ts';
import { CompletionGroup } from '#lib/queue/finish/completion-group.ts';
import type { Runtime } from '#lib/runtime.ts';
import { createRobotsCache } from '#lib/source-types/web/robots.ts';
import { registerWorker, signOff } from '#lib/workers/presence.ts';
import packageFile from '../package.json' with { type: 'json' };
import { ClaimEvents } from './claim-events.ts';
import { ClaimPace } from './claim-pace.ts';
import { CutEvents } from './cut-events.ts';
import { DiskGuard } from './disk-guard.ts';
import { Drain } from './drain.ts';
import { readDueWork } from './due-work.ts';
import {
  advanceDueRuns,
  advanceRuns,
  type DutyParts,
  performDuties,
  pulseOf,
  rescueExpired,
} from './duties.ts';
import { type DutyFigures, figuresOf } from './figures.ts';
import { InFlight, type Tally } from './in-flight.ts';
import { LeaseWatch } from './lease-watch.ts';
import { LostClaims } from './lost-claims.ts';
import { claimItems, type Room } from './pipeline/claim.ts';
import { releaseItem } from './pipeline/complete.ts';
import type { ItemResult, LeasedItem, PipelineContext } from './pipeline/context.ts';
import { createSourceMemory } from './pipeline/load-source.ts';
import { WaitingVisits } from './pipeline/polite-http.ts';
import { processBatch } from './pipeline/process-batch.ts';
import { Suspects } from './pipeline/suspects.ts';
import type { Pulse } from './pulse.ts';
import { isTransient, levelOf, pause, retryTransient } from './retry-transient.ts';
import type { Stop } from './stop.ts';
import type { ItemTracer } from './tracer.ts';
import { surviveFaults } from './unhandled-faults.ts';
import { untilNext } from './until-next.ts';
import type { WorkerWatch } from './worker-watch.ts';

/** How long a worker waits at most before it looks again while something is about to be claimable, ms. */
const pollMs = 1_000;
/** An idle worker claims when its pulse says that there is something to claim, and in any case after so long, ms. */
const idleClaimMs = 60_000;
/** The least it waits when something is said to be due, ms. */
const shortestWaitMs = 10;
/** A `once` worker waits for polite slots and backoff that end within this time, ms: a minute, as a suspect waits. */
const onceWaitsMs = 65_000;
/** After an abort, items get this long to be released one by one, ms. */
const releaseMs = 1_000;
/** A timer can wait no longer, ms. */
const longestWaitMs = 2 ** 31 - 1;

/**
 * Completions share transactions: one waits for others while the worker is busy asking, which costs
 * nobody anything. While it asks nobody, none waits.
 */
const grouping = { maxItems: 100, maxWaitMs: 100 };

interface WorkerOptions {
  readonly concurrency: number;
  readonly batchSize: number;
  readonly leaseMs: number;
  readonly enableDiscovery: boolean;
  /** End when nothing is left to claim now or within a minute, nor by the end of leases that nobody renews. */
  readonly once: boolean;
  /** End after so many items came to an end (completed, failed or skipped); null = no bound. */
  readonly maxItems: number | null;
  readonly onResult?: (result: ItemResult, leased: LeasedItem) => void;
  readonly watch?: WorkerWatch | undefined;
  readonly tracer?: ItemTracer | undefined;
}

/**
 * Works until it is stopped, or, with `once` or `maxItems`, until that is reached. Faults of the
 * database in between are waited out. Returns what became of the items.
 */
export async function runWorker(
  runtime: Runtime,
  options: WorkerOptions,
  stop: Stop,
): Promise<Readonly<Tally>> {
  const workerId = `${hostname().slice(0, 60)}:${process.pid}:${randomBytes(4).toString('hex')}`;
  const context: PipelineContext = {
    db: runtime.db,
    store: runtime.store,
    completions: new CompletionGroup(runtime.store, {
      maxItems: grouping.maxItems,
      maxWaitMs: () => (inFlight.asked === 0 ? 0 : grouping.maxWaitMs),
    }),
    claimEvents: new ClaimEvents(workerId),
    cuts: new CutEvents(workerId),
    lostClaims: new LostClaims(),
    waitingVisits: new WaitingVisits(),
    suspects: new Suspects(runtime.db, workerId),
    http: runtime.http,
    robots: createRobotsCache(runtime.db),
    memory: createSourceMemory(),
    secretBox: runtime.secretBox,
    lake: runtime.config.lake,
    log: runtime.log.child({ worker_id: workerId }),
    enableDiscovery: options.enableDiscovery,
    leaseMs: options.leaseMs,
    workerId,
    tracer: options.tracer,
  };
  const inFlight = new InFlight({
    concurrency: options.concurrency,
    begin: (batch, onAnswered, onLongRead) => processBatch(batch, context, onAnswered, onLongRead),
    onResult: (result, leased) => {
      options.onResult?.(result, leased);
      options.watch?.left(result, leased);
    },
  });
  const figures: DutyFigures = { rescued: 0 };
  options.watch?.begins({ inFlight, figures, context, concurrency: options.concurrency });
  const registration = {
    workerId,
    hostName: hostname().slice(0, 200),
    pid: process.pid,
    version: packageFile.version,
    concurrency: options.concurrency,
  };
  await retryTransient(() => registerWorker(context.db, registration), {
    log: context.log,
    signal: stop.soft,
    what: 'register the worker',
  });
  context.log.info(
    { concurrency: options.concurrency, database: context.db.label },
    'worker started',
  );

  let faulty = false;
  const undoSurvival = surviveFaults(context.log, () => {
    faulty = true;
    stop.request('faults that belong to no item keep coming');
  });
  const ended = new AbortController();
  const drain = new Drain(inFlight, stop, context.log);
  const watched = watchedDisks(runtime.config);
  const disks = new DiskGuard(watched, context.log);
  const parts = {
    inFlight,
    figures,
    drain,
    ended: ended.signal,
    outgoing: outgoingOf(runtime),
    reads: runtime.reads,
    watched,
    disks,
  };
  const pulse = pulseOf(context, parts);
  const duties = performDuties(context, pulse, parts);
  const breakOff = () => inFlight.breakOff('stopping');
  stop.hard.addEventListener('abort', breakOff);
  try {
    // What an earlier worker left behind, and runs launched meanwhile, before the first claim.
    await attempt(context, 'look at the disks', async () => {
      await disks.look(context.db);
    });
    await attempt(context, 'look for work', async () => {
      const due = await readDueWork(context.db, workerId);
      if (due.rescue) {
        await attempt(context, 'rescue expired leases', () => rescueExpired(context, figures));
      }
      await advanceDueRuns(context, due, disks);
    });
    await claimAndProcess(context, pulse, { inFlight, drain, disks }, options, stop);
    await finishInFlight(context, inFlight, stop);
    await attempt(context, 'record the claims', () => context.claimEvents.recordAll(context.db));
    await attempt(context, 'record what was left out', () => context.cuts.recordAll(context.db));
    await attempt(context, 'advance the runs', async () => {
      await advanceDueRuns(context, await readDueWork(context.db, workerId));
    });
  } finally {
    ended.abort();
    await duties;
    stop.hard.removeEventListener('abort', breakOff);
    await attempt(context, 'sign off', () =>
      signOff(context.db, workerId, figuresOf(context.db, inFlight, figures, disks)),
    );
    context.log.info({ ...inFlight.tally }, 'worker ended');
    undoSurvival();
  }
  if (faulty) {
    throw new AppError('internal', 'Faults that belong to no item kept coming; the worker ended.', {
      remedy: 'Start it again, as pnpm start does by itself, and look for the cause in its log.',
    });
  }
  return inFlight.tally;
}

const nothingKnown = { left: -1, until: 0 };

async function claimAndProcess(
  context: PipelineContext,
  pulse: Pulse,
  { inFlight, drain, disks }: Pick<DutyParts, 'inFlight' | 'drain'> & { readonly disks: DiskGuard },
  options: WorkerOptions,
  stop: Stop,
): Promise<void> {
  const { soft } = stop;
  const pace = new ClaimPace(options);
  const watch = new LeaseWatch();
  /** When a claim brought all there was: what would make another one worth while. */
  let dry = nothingKnown;
  while (!soft.aborted) {
    inFlight.returnWaiting('overdue');
    const room = pace.room(inFlight, context.waitingVisits.count);
    if (room.items === 0 && inFlight.size === 0) return;
    if (drain.isOn || disks.low !== null) {
      await untilNext(context.completions, inFlight, soft, pollMs);
      continue;
    }
    const dryMs = dry.left === inFlight.left ? dry.until - performance.now() : 0;
    if (dryMs > 0) {
      const isWoken = await untilNext(context.completions, inFlight, soft, dryMs, pulse);
      if (isWoken) dry = nothingKnown;
      continue;
    }
    if (room.requests === 0) {
      await untilNext(context.completions, inFlight, soft, pollMs);
      continue;
    }
    const askedAt = performance.now();
    // What leaves while the claim is under way may leave something to claim that it has not seen.
    const { left } = inFlight;
    const claim = await claimWithRetry(context, { ...room, without: inFlight.crowded() }, soft);
    if (!claim) continue;
    options.watch?.claimed(claim.batches.reduce((sum, batch) => sum + batch.length, 0));
    pace.claimed(performance.now() - askedAt);
    for (const batch of claim.batches) inFlight.add(batch, { first: claim.isUrgent(batch) });
    if (claim.retryInMs === 0 && claim.batches.length > 0) continue;
    if (claim.batches.length === 0 && inFlight.size === 0) {
      const settled = context.lostClaims.size === 0 && inFlight.left === left;
      if (options.once && settled && !(await moreToCome(context, claim.retryInMs, watch))) return;
      if (!options.once && settled && (claim.retryInMs ?? longestWaitMs) > pollMs) {
        await pulse.untilClaimable(soft, idleClaimMs);
        continue;
      }
    }
    // Where nothing is known to wait, the pulse tells what comes in.
    const waitMs = claim.retryInMs === null ? idleClaimMs : Math.min(pollMs, claim.retryInMs);
    dry = { left, until: performance.now() + Math.max(shortestWaitMs, waitMs) };
  }
}

/** For `once`: something is due within a minute, leases run out, or a run was still being put together. */
async function moreToCome(
  context: PipelineContext,
  retryInMs: number | null,
  watch: LeaseWatch,
): Promise<boolean> {
  if (retryInMs !== null && retryInMs <= onceWaitsMs) return true;
  if (await watch.mayReturn(context.db)) return true;
  const preparing = await context.db.q
    .selectFrom('ingest_runs')
    .select('run_id')
    .where('status', '=', 'running')
    .where('phase', '=', 'preparing')
    .executeTakeFirst();
  if (preparing) await advanceRuns(context);
  return preparing !== undefined;
}

async function claimWithRetry(context: PipelineContext, room: Room, signal: AbortSignal) {
  try {
    return await retryTransient(() => claimItems(context, room), {
      log: context.log,
      signal,
      what: 'claim items',
    });
  } catch (error) {
    if (signal.aborted) return null;
    // Nothing that a claim meets may end a worker: an operator repairs the cause while it waits.
    context.log.error({ err: error }, 'could not claim items');
    await pause(5_000, signal);
    return null;
  }
}

/** Lets items finish until the stop turns hard; releases what is still leased then. */
async function finishInFlight(
  context: PipelineContext,
  inFlight: InFlight,
  stop: Stop,
): Promise<void> {
  inFlight.returnWaiting('all');
  void context.completions.flush();
  await attempt(context, 'give back what a lost claim brought', () => giveBackLost(context));
  const settled = new AbortController();
  const afterHard = async () => {
    await pause(longestWaitMs, AbortSignal.any([stop.hard, settled.signal]));
    await pause(releaseMs, settled.signal);
  };
  await Promise.race([inFlight.drained(), afterHard()]);
  settled.abort();
  await Promise.all(
    inFlight.leased().map((leased: LeasedItem) =>
      attempt(context, 'release an item', async () => {
        await releaseItem(leased, context);
      }),
    ),
  );
}

async function giveBackLost({ lostClaims, store }: PipelineContext): Promise<void> {
  for (;;) {
    const found = await lostClaims.takeUp(store);
    if (found === null) return;
    await store.release(found.items.map(({ workItemId, leaseId }) => ({ workItemId, leaseId })));
    for (const { leaseId } of found.items) await store.releaseSlot(leaseId, null);
  }
}

/** A step whose failure is logged and survived. */
async function attempt(
  context: PipelineContext,
  what: string,
  fn: () => Promise<void>,
): Promise<void> {
  try {
    await fn();
  } catch (error) {
    context.log[levelOf(error)]({ err: error, transient: isTransient(error) }, `could not ${what}`);
  }
}
