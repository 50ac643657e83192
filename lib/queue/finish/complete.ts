/**
 * Done means stored: everything fetched items bring commits in one transaction, or nothing does. What
 * many items have in common is one statement for all of them.
 */
import { z } from 'zod';
import { chunksOf } from '#db/chunks.ts';
import { compareText } from '#db/compare-text.ts';
import type { Db, Session } from '#db/engine.ts';
import type { HeldItem } from '#db/queue/held-columns.ts';
import type {
  AttemptInsert,
  CompletedItem,
  ItemCompletion,
  LeasedCompletion,
  RecordInsert,
  RunAddition,
} from '#db/queue/storage.ts';
import { recordGoodResponses } from '#lib/hosts/record-response.ts';
import { isUuid } from '#lib/ids.ts';
import type { JsonObject } from '#lib/json.ts';
import { recordAnnouncedChanges, recordAnnouncedRevisions } from '../enqueue/announced-changes.ts';
import {
  type DiscoveryCounts,
  enqueueDiscovered,
  type FoundKeys,
  keysOfFinds,
  nothingFound,
} from '../enqueue/discovered.ts';
import { readLeasedAndKnown } from '../lease/leased-item.ts';
import type { CompletionInput, CompletionResult } from '../model.ts';
import {
  additionOf,
  countOutcomes,
  outcomeDeltas,
  type RunState,
  readRunState,
  runStateOf,
} from '../runs/run-numbers.ts';
import { attemptRow } from './attempts.ts';
import { earlierCompletion } from './earlier-outcome.ts';
import { nextFetch } from './next-fetch.ts';
import { recordRow, storeBodies } from './store-record.ts';

const lost = { ok: false, code: 'lease_lost' } as const;

/** The item as it was in the worker's hands, and what it brings. */
interface Leased {
  readonly input: CompletionInput;
  readonly item: HeldItem;
  /** Its content is new and stored. */
  readonly fresh: boolean;
  readonly unchanged: boolean;
}

/** A completion whose lease held. */
interface Completed extends Leased, CompletedItem {}

/**
 * Completes a claimed item: record (when its content is new), discovered items, `seen_resources`, the
 * attempt, the run's numbers and the status. A worker whose lease was taken over changes nothing and
 * is told `lease_lost`.
 */
export async function complete(db: Db, input: CompletionInput): Promise<CompletionResult> {
  const [result] = await db.transaction((tx) => completeIn(tx, [input]));
  return result ?? lost;
}

/** The same for many items inside a transaction that is open already; to each its own result. */
export async function completeIn(
  tx: Session,
  inputs: readonly CompletionInput[],
): Promise<CompletionResult[]> {
  const of = keysOfFinds(inputs.flatMap(({ discovered }) => discovered));
  const { leased: items, known } = await readLeasedAndKnown(
    tx,
    inputs.map(({ fence }) => fence),
    [...new Set([...of.values()].flatMap((key) => key ?? []))],
  );
  const completed = await settleItems(tx, inputs, items);
  const done = [...completed.values()];
  await storeBodies(
    tx,
    done.flatMap((one) => newRecordOf(one) ?? []),
  );
  await recordHosts(tx, done);
  const strays = await countAfterTheEnd(tx, done);
  const { counts, additions } = await enqueueFinds(tx, done, strays, { of, known });
  await tx.engine.insertAttempts(
    tx,
    done.filter(isFinder).map((one) => attemptOf(one, counts.get(one))),
    additions,
  );
  const results: CompletionResult[] = [];
  for (const input of inputs) {
    const one = completed.get(input);
    if (!one) {
      results.push((await earlierCompletion(tx, input)) ?? lost);
      continue;
    }
    const { inserted: discovered, overShare } = counts.get(one) ?? nothingFound;
    const { unchanged } = one;
    results.push({ ok: true, discovered, unchanged, ...(overShare > 0 ? { overShare } : {}) });
  }
  return results;
}

const newRecordOf = ({ input: { record }, fresh }: Leased) => (fresh ? record : null);

const isFinder = ({ input }: Leased): boolean => input.discovered.length > 0;

function attemptOf(
  { item, input, fresh, unchanged }: Leased,
  found: DiscoveryCounts = nothingFound,
): AttemptInsert {
  return attemptRow({
    item,
    report: input.attempt,
    outcome: unchanged ? 'unchanged' : 'completed',
    ingestId: fresh ? (input.record?.ingestId ?? null) : null,
    itemsDiscovered: found.inserted,
    facts: withLeftOut(input.attempt.facts, found),
  });
}

/**
 * Gives each item that its lease still holds its new state; the others are not in the answer.
 * @param items by their leases
 */
async function settleItems(
  tx: Session,
  inputs: readonly CompletionInput[],
  items: Map<string, HeldItem>,
): Promise<Map<CompletionInput, Completed>> {
  const leased: Leased[] = [];
  for (const input of inputs) {
    const item = items.get(input.fence.leaseId);
    if (item?.work_item_id !== input.fence.workItemId) continue;
    // A second report of the same lease in one group finds it spent.
    items.delete(input.fence.leaseId);
    const fresh = input.record !== null && input.record.contentHash !== item.content_hash;
    leased.push({ input, item, fresh, unchanged: !fresh && input.alias !== true });
  }
  const completed = await tx.engine.countTogether(tx, leased.length, async () => {
    const completed = await tx.engine.completeItems(tx, completionsOf(leased));
    const result = leased.flatMap((one): Completed[] => {
      const became = completed.get(one.item.work_item_id);
      return became ? [{ ...one, ...became }] : [];
    });
    const moves = result.map(({ item }) => ({ item, from: item.status, to: 'completed' }) as const);
    return { result, moves };
  });
  return new Map(completed.map((one) => [one.input, one]));
}

/** Hosts in the order of their names: two groups never wait for each other's rows crosswise. */
async function recordHosts(tx: Session, done: readonly Completed[]): Promise<void> {
  const hosts = [...Map.groupBy(done, ({ item }) => item.host)];
  for (const [host, members] of hosts.toSorted(([a], [b]) => compareText(a ?? '', b ?? ''))) {
    await recordGoodResponses(
      tx,
      host,
      members.map(({ input: { attempt } }) => ({
        httpStatus: attempt.httpStatus,
        requests: attempt.requests ?? 1,
        facts: attempt.facts ?? null,
      })),
    );
  }
}

const addedFor = ({ unchanged, input: { attempt } }: Leased) => ({
  unchanged: unchanged ? 1 : 0,
  requests: attempt.requests ?? 1,
});

/**
 * The numbers of runs that had ended before, in the order of their ids; their rows stay locked for what comes next.
 * Returns the items that are no part of their run any more, which ended before they were claimed.
 */
async function countAfterTheEnd(
  tx: Session,
  done: readonly Completed[],
): Promise<ReadonlySet<Completed>> {
  const strays = new Set<Completed>();
  const late = done.filter(({ isCounted }) => !isCounted);
  const runs = [...Map.groupBy(late, ({ item }) => item.run_id)];
  for (const [runId, members] of runs.toSorted(([a], [b]) => compareText(a ?? '', b ?? ''))) {
    const outcomes = members.map((one) => ({
      one,
      claimedAt: one.item.claimed_at,
      deltas: {
        ...outcomeDeltas('completed', 1),
        ...addedFor(one),
      },
    }));
    for (const { one } of await countOutcomes(tx, runId, outcomes)) strays.add(one);
  }
  return strays;
}

/**
 * Enqueues what the items found, in the order they were completed: the first finder is the parent. What comes to the
 * numbers of runs is left to be added.
 */
async function enqueueFinds(
  tx: Session,
  done: readonly Completed[],
  strays: ReadonlySet<Completed>,
  keys: FoundKeys,
): Promise<{
  readonly counts: ReadonlyMap<Completed, DiscoveryCounts>;
  readonly additions: readonly RunAddition[];
}> {
  const counts = new Map<Completed, DiscoveryCounts>();
  const additions: RunAddition[] = [];
  /** As they are with what was found so far. */
  const states = new Map<string | null, RunState | null>();
  const finders = done.filter(isFinder);
  const runIdOf = (one: Completed) => (strays.has(one) ? null : one.item.run_id);
  for (const stretch of stretchesOfRuns(finders, runIdOf)) {
    const runId = stretch[0] ? runIdOf(stretch[0]) : null;
    const known = stretch.find((one) => one.run !== null)?.run;
    const before = known && runId !== null ? runStateOf(known) : null;
    const run = states.get(runId) ?? before ?? (await readRunState(tx, runId));
    const finds = stretch.map(({ item, input }) => ({
      parentId: item.work_item_id,
      items: input.discovered,
      isNews: input.attempt.httpStatus !== null,
    }));
    const found = await enqueueDiscovered(tx, run === null ? null : runId, run, finds, keys);
    states.set(runId, found.run);
    if (runId !== null && run !== null && found.adds) {
      additions.push(additionOf(runId, found.adds));
    }
    for (const [index, finder] of stretch.entries()) {
      counts.set(finder, found.counts[index] ?? nothingFound);
    }
    const announced = stretch.flatMap(({ input }) => input.discovered);
    await recordAnnouncedChanges(tx, announced);
    await recordAnnouncedRevisions(tx, announced, { runId, run: found.run });
  }
  return { counts, additions };
}

/** Cut where the run changes. */
function stretchesOfRuns(
  done: readonly Completed[],
  runIdOf: (one: Completed) => string | null,
): Completed[][] {
  const stretches: Completed[][] = [];
  for (const one of done) {
    const last = stretches.at(-1);
    if (last?.[0] && runIdOf(last[0]) === runIdOf(one)) last.push(one);
    else stretches.push([one]);
  }
  return stretches;
}

/**
 * Items of one group that are due again together. Each on its own would go to another page of the index of what is
 * due: of the pages that a group of a hundred wrote, these were half.
 */
const dueTogether = 16;

function completionsOf(leased: readonly Leased[]): LeasedCompletion[] {
  return [...chunksOf(leased, dueTogether)].flatMap((some) => {
    const random = Math.random();
    return some.map((one) => ({
      ...completionOf(one, random),
      ...addedFor(one),
      record: storedRecordOf(one),
      run_id: one.item.run_id,
      seen: seenResource(one.item),
      // What it found is known later.
      attempt: isFinder(one) ? null : attemptOf(one),
    }));
  });
}

function storedRecordOf(one: Leased): RecordInsert | null {
  const record = newRecordOf(one);
  return record && recordRow(one.item, record);
}

function completionOf({ item, input, fresh }: Leased, random: number): ItemCompletion {
  const { record, validators, attempt, fence } = input;
  // A "not modified" answer may leave validators out; the ones it confirmed stay good then.
  const kept = record === null && input.alias !== true ? item : null;
  // The first fetch is no change: there was nothing to differ from.
  const changed = fresh && item.content_hash !== null;
  return {
    work_item_id: fence.workItemId,
    lease_id: fence.leaseId,
    last_http_status: attempt.httpStatus,
    etag: validators.etag ?? kept?.etag ?? null,
    last_modified: validators.lastModified ?? kept?.last_modified ?? null,
    revision: validators.revision ?? kept?.revision ?? null,
    ...nextFetch(item, fresh, random, input.revisitMs),
    check_count: item.check_count + 1,
    content_hash: record === null ? item.content_hash : record.contentHash,
    fresh: fresh ? 1 : 0,
    change_count: item.change_count + (changed ? 1 : 0),
  };
}

const seenResource = (item: HeldItem) => ({
  resource_key: item.dedupe_key,
  source_system: item.source_system,
  source_name: item.source_name,
  resource_type: item.resource_type,
  resource_id: item.resource_id,
  // UNIQUEIDENTIFIER on SQL Server; items of an older database may carry other text.
  last_run_id: item.run_id !== null && isUuid(item.run_id) ? item.run_id : null,
});

/** By the source's own rules, as the worker counted it. */
const notEnqueued = z.record(z.string(), z.number());

/** What was found but not enqueued stands on the attempt, so that nothing vanishes without a word. */
function withLeftOut(facts: JsonObject | null, counts: DiscoveryCounts): JsonObject | null {
  const { tooDeep, overBudget, overShare, invalid } = counts;
  if (tooDeep + overBudget + overShare + invalid === 0) return facts;
  const leftOut = Object.entries({
    too_deep: tooDeep,
    over_budget: overBudget,
    over_share: overShare,
    invalid,
  }).filter(([, count]) => count > 0);
  const before = notEnqueued.safeParse(facts?.['not_enqueued']).data ?? {};
  const sums = leftOut.map(([why, count]) => [why, count + (before[why] ?? 0)]);
  return { ...facts, not_enqueued: { ...before, ...Object.fromEntries(sums) } };
}
