/** Enqueuing what was found in a payload, within the budget of the run that found it. */
import type { Session } from '#db/engine.ts';
import { keyIfFit } from '../dedupe-key.ts';
import { onHoldRow } from '../hold.ts';
import type { NewWorkItem } from '../model.ts';
import { insertRowFrom } from '../rows.ts';
import { outcomeDeltas, type RunDeltas, type RunState, timesDeltas } from '../runs/run-numbers.ts';
import { insertAbsent } from './enqueue.ts';
import { isMissingCode, reopenFound } from './found-again.ts';
import { beyondShares } from './shares.ts';

export interface DiscoveryCounts {
  readonly inserted: number;
  /** Beyond the run's depth; not enqueued. */
  readonly tooDeep: number;
  /** Unknown until now, but the run may take no more items; not enqueued. */
  readonly overBudget: number;
  /** Beyond the share of their host or folder; not enqueued. */
  readonly overShare: number;
  /** Ids or addresses that do not fit the queue; not enqueued. */
  readonly invalid: number;
}

export const nothingFound: DiscoveryCounts = {
  inserted: 0,
  tooDeep: 0,
  overBudget: 0,
  overShare: 0,
  invalid: 0,
};

export interface Discovered {
  /** By find, in the order given. */
  readonly counts: readonly DiscoveryCounts[];
  /** What comes to the numbers of the run; null = nothing. The caller adds it. */
  readonly adds: RunDeltas | null;
  /** The run with what it took, for what is found next. */
  readonly run: RunState | null;
}

/** What one item led to. */
export interface Find {
  readonly parentId: string;
  readonly items: readonly NewWorkItem[];
  /** They stand in what the source itself has just sent, not in a copy that was found unchanged together with others. */
  readonly isNews: boolean;
}

/** What was found, by its keys, and which of them are in the queue. */
export interface FoundKeys {
  /** Null = the item does not fit the queue. */
  readonly of: ReadonlyMap<NewWorkItem, string | null>;
  /** As `knownKeys` tells them; what is inserted joins them. */
  readonly known: Map<string, string | null>;
}

/** The keys of what was found: each is made once. */
export const keysOfFinds = (
  items: Iterable<NewWorkItem>,
): ReadonlyMap<NewWorkItem, string | null> =>
  new Map(Array.from(items, (item) => [item, keyIfFit(item)]));

interface Candidate {
  readonly key: string;
  readonly item: NewWorkItem;
  /** Which find it is from. */
  readonly find: number;
}

/**
 * Enqueues what items of one run found, as their children in that run; counts per find, in the order
 * given. Of an item that several found, the first is the parent. Nobody waits for the run's row, so its budget may be
 * exceeded by what other workers insert at the same time; no more is inserted once they have committed. After a cancel
 * the finds go in as skipped, so that nothing is lost; after a stop they go in without a run, on hold. What comes to the
 * numbers of the run is left to the caller to add (`adds`).
 * @param keys of all finds; what is known was read in this transaction
 */
export async function enqueueDiscovered(
  tx: Session,
  runId: string | null,
  run: RunState | null,
  finds: readonly Find[],
  keys: FoundKeys,
): Promise<Discovered> {
  const { known } = keys;
  const { candidates, tooDeep, invalid } = candidatesOf(run, finds, keys);
  const unknown = [...candidates.values()].filter(
    ({ key, item }) => !known.has(key) && item.onlyKnown !== true,
  );
  const beyond = await beyondShares(tx, unknown);
  const fresh = unknown.filter((one) => !beyond.has(one));
  const within = fresh.slice(0, roomIn(run));
  const over = fresh.slice(within.length);
  const status = run?.status === 'cancelled' ? ('skipped' as const) : ('pending' as const);
  const joins = run === null || run.status === 'running' || run.status === 'cancelled';
  const inserted = await insertAbsent(
    tx,
    within.map(({ key, item, find }) => ({
      ...insertRowFrom(item, key),
      discovered_from: finds[find]?.parentId ?? null,
      status,
      ...(joins ? { run_id: runId } : { run_id: null, ...onHoldRow }),
    })),
  );
  for (const { dedupe_key: key } of inserted) known.set(key, null);
  const missing = foundAgain(finds, keys, candidates);
  const reopened = await reopenFound(
    tx,
    { runId, run, room: roomIn(run) - inserted.length },
    missing,
  );
  const skipped =
    status === 'skipped' ? timesDeltas(outcomeDeltas('skipped', 1), inserted.length) : {};
  const adds = {
    ...skipped,
    total: joins ? inserted.length : 0,
    discovered: inserted.length,
    overBudget: over.length,
  };
  const insertedOf = Map.groupBy(inserted, (row) => row.discovered_from);
  const overOf = Map.groupBy(over, ({ find }) => find);
  const beyondOf = Map.groupBy(beyond, ({ find }) => find);
  const counts = finds.map(({ parentId }, find) => ({
    inserted: insertedOf.get(parentId)?.length ?? 0,
    tooDeep: tooDeep[find] ?? 0,
    overBudget: overOf.get(find)?.length ?? 0,
    overShare: beyondOf.get(find)?.length ?? 0,
    invalid: invalid[find] ?? 0,
  }));
  const grown = adds.total + reopened;
  return {
    counts,
    adds: inserted.length + over.length > 0 ? adds : null,
    run: run === null ? null : { ...run, itemsTotal: run.itemsTotal + grown },
  };
}

/** What may go in, each key once. One link that does not fit must not keep its page from being stored. */
function candidatesOf(run: RunState | null, finds: readonly Find[], keys: FoundKeys) {
  const maxDepth = run?.maxDepth ?? Number.POSITIVE_INFINITY;
  const candidates = new Map<string, Candidate>();
  const tooDeep: number[] = [];
  const invalid: number[] = [];
  for (const [find, { items }] of finds.entries()) {
    const shallow = items.filter((item) => (item.depth ?? 0) <= maxDepth);
    tooDeep.push(items.length - shallow.length);
    let unfit = 0;
    for (const item of shallow) {
      const key = keys.of.get(item) ?? null;
      if (key === null) unfit += 1;
      else if (!candidates.has(key) || candidates.get(key)?.item.onlyKnown === true) {
        candidates.set(key, { key, item, find });
      }
    }
    invalid.push(unfit);
  }
  return { candidates, tooDeep, invalid };
}

/** Known items that are missing, and were found in what was sent now. */
function foundAgain(
  finds: readonly Find[],
  { of: keys, known }: FoundKeys,
  candidates: ReadonlyMap<string, Candidate>,
): Map<string, NewWorkItem> {
  const missing = new Map<string, NewWorkItem>();
  if (![...known.values()].some(isMissingCode)) return missing;
  for (const { items } of finds.filter(({ isNews }) => isNews)) {
    for (const item of items) {
      const key = keys.get(item) ?? null;
      if (key === null || !candidates.has(key) || !isMissingCode(known.get(key) ?? null)) continue;
      const before = missing.get(key);
      if ((item.changedAt ?? '') >= (before?.changedAt ?? '')) missing.set(key, item);
    }
  }
  return missing;
}

/** How many more items the run may take. */
function roomIn(run: RunState | null): number {
  if (run === null || run.maxItems === null || run.status !== 'running') {
    return Number.POSITIVE_INFINITY;
  }
  return Math.max(0, run.maxItems - run.itemsTotal);
}
