/** Events about claims: which items this worker took, for the person who follows their run. */
import type { Db } from '#db/engine.ts';
import type { NewEvent } from '#lib/events/model.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import type { ClaimedItem } from '#lib/queue/model.ts';

/** The shortest time between two events about the claims of one run, ms. */
const leastGapMs = 10_000;
/** The gap grows with the time since the first claim, to `longestGapMs`: a run of days is not logged by the second. */
const partOfTime = 1 / 50;
const longestGapMs = 5 * 60_000;
/** A run without claims for so long is dropped, and begins anew with its next claim, ms. */
const dropAfterMs = 3_600_000;
const mostInWords = 3;
const mostIds = 100;

type ClaimedFacts = Pick<
  ClaimedItem,
  'workItemId' | 'resourceType' | 'resourceId' | 'sourceName' | 'host'
>;

/** The claims of one run; the items are the first of those that were not recorded yet. */
interface RunClaims {
  readonly since: number;
  recordedAt: number;
  count: number;
  items: ClaimedFacts[];
}

/**
 * What one worker has claimed and not recorded yet. It waits in memory, so that no claim writes more than it
 * must; of a worker that is killed, the last claims are found in the history of their items alone.
 */
export class ClaimEvents {
  readonly #workerId: string;
  readonly #runs = new Map<string | null, RunClaims>();

  constructor(workerId: string) {
    this.#workerId = workerId;
  }

  /** @param now this process's monotonic clock, ms */
  add(items: readonly ClaimedItem[], now = performance.now()): void {
    for (const item of items) this.#add(item.runId, 1, [item], now);
  }

  /** Records one event for each run whose claims are due. */
  async recordDue(db: Db, now = performance.now()): Promise<void> {
    this.#dropQuiet(now);
    await this.#record(db, (_, run) => isDue(run, now), now);
  }

  /** Records what is left of a run that is about to end. */
  async recordRun(db: Db, runId: string, now = performance.now()): Promise<void> {
    await this.#record(db, (id) => id === runId, now);
  }

  /** Records all that is left: the worker ends. */
  async recordAll(db: Db, now = performance.now()): Promise<void> {
    await this.#record(db, () => true, now);
  }

  async #record(
    db: Db,
    which: (runId: string | null, run: RunClaims) => boolean,
    now: number,
  ): Promise<void> {
    const taken = [...this.#runs]
      .filter(([runId, run]) => run.count > 0 && which(runId, run))
      .map(([runId, run]) => ({ runId, run, count: run.count, items: run.items }));
    if (taken.length === 0) return;
    // Claims go on while the events are written.
    for (const { run } of taken) Object.assign(run, { recordedAt: now, count: 0, items: [] });
    try {
      const events = taken.map(({ runId, count, items }) => this.#event(runId, count, items));
      await db.transaction((tx) => recordEvents(tx, events));
    } catch (error) {
      for (const { runId, count, items } of taken) this.#add(runId, count, items, now);
      throw error;
    }
  }

  #add(runId: string | null, count: number, items: readonly ClaimedFacts[], now: number): void {
    const run = this.#runs.get(runId) ?? {
      since: now,
      recordedAt: Number.NEGATIVE_INFINITY,
      count: 0,
      items: [],
    };
    run.count += count;
    for (const { workItemId, resourceType, resourceId, sourceName, host } of items) {
      if (run.items.length === mostIds) break;
      run.items.push({ workItemId, resourceType, resourceId, sourceName, host });
    }
    this.#runs.set(runId, run);
  }

  #dropQuiet(now: number): void {
    for (const [runId, { count, recordedAt }] of this.#runs) {
      if (count === 0 && now - recordedAt > dropAfterMs) this.#runs.delete(runId);
    }
  }

  #event(runId: string | null, count: number, items: readonly ClaimedFacts[]): NewEvent {
    const words = items
      .slice(0, mostInWords)
      .map(({ resourceType, resourceId }) => `${resourceType} ${resourceId.slice(0, 100)}`);
    const others = count - words.length;
    if (others > 0) words.push(`${others.toLocaleString('en')} more`);
    return {
      kind: 'item.claimed',
      message: `${words.join(', ')}; by ${this.#workerId}.`,
      runId,
      workerId: this.#workerId,
      sourceName: common(items, 'sourceName'),
      host: common(items, 'host'),
      workItemId: count === 1 ? common(items, 'workItemId') : null,
      data: { count, items: items.map(({ workItemId }) => workItemId) },
    };
  }
}

const isDue = ({ since, recordedAt }: RunClaims, now: number): boolean =>
  now - recordedAt >= Math.min(longestGapMs, Math.max(leastGapMs, (now - since) * partOfTime));

/** What all of them have in common; null when they differ. */
function common<Key extends keyof ClaimedFacts>(
  items: readonly ClaimedFacts[],
  key: Key,
): ClaimedFacts[Key] | null {
  const [first, ...others] = items;
  return first && others.every((item) => item[key] === first[key]) ? first[key] : null;
}
