/** Telling of claims: which items this worker took, for the person who follows their run. */
import type { Db } from '#db/engine.ts';
import type { NewEvent } from '#lib/events/model.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import type { ClaimedItem } from '#lib/queue/model.ts';

/** The shortest time between two events about the claims of one run, ms. */
const leastGapMs = 10_000;
/** The gap grows with the time since the first claim, to `longestGapMs`: days of a run are not told by seconds. */
const partOfTime = 1 / 50;
const longestGapMs = 5 * 60_000;
/** A run that brought no claims for so long begins anew when it comes again, ms. */
const purgedAfterMs = 3_600_000;
const mostInWords = 3;
const mostIds = 100;

type Noted = Pick<
  ClaimedItem,
  'workItemId' | 'resourceType' | 'resourceId' | 'sourceName' | 'host'
>;

/** The claims of one run; the items are the first of those that were not told of yet. */
interface RunClaims {
  readonly since: number;
  toldAt: number;
  count: number;
  items: Noted[];
}

/**
 * What one worker has claimed and not told of yet. It waits in memory, so that no claim has to write more than
 * it does; a worker that is killed leaves the last of its claims to the history of their items.
 */
export class ClaimEvents {
  readonly #workerId: string;
  readonly #runs = new Map<string | null, RunClaims>();

  constructor(workerId: string) {
    this.#workerId = workerId;
  }

  /** @param now this process's monotonic clock, ms */
  note(items: readonly ClaimedItem[], now = performance.now()): void {
    for (const item of items) this.#add(item.runId, 1, [item], now);
  }

  /** Writes one event for each run whose claims are due to be told. */
  async tellDue(db: Db, now = performance.now()): Promise<void> {
    this.#forgetQuiet(now);
    await this.#tell(db, (_, run) => isDue(run, now), now);
  }

  /** Writes what is left of a run that is about to end. */
  async tellOfRun(db: Db, runId: string, now = performance.now()): Promise<void> {
    await this.#tell(db, (id) => id === runId, now);
  }

  /** Writes all that is left: the worker ends. */
  async tellAll(db: Db, now = performance.now()): Promise<void> {
    await this.#tell(db, () => true, now);
  }

  async #tell(
    db: Db,
    which: (runId: string | null, run: RunClaims) => boolean,
    now: number,
  ): Promise<void> {
    const taken = [...this.#runs]
      .filter(([runId, run]) => run.count > 0 && which(runId, run))
      .map(([runId, run]) => ({ runId, run, count: run.count, items: run.items }));
    if (taken.length === 0) return;
    // Claims go on while the events are written.
    for (const { run } of taken) Object.assign(run, { toldAt: now, count: 0, items: [] });
    try {
      const events = taken.map(({ runId, count, items }) => this.#event(runId, count, items));
      await db.transaction((tx) => recordEvents(tx, events));
    } catch (error) {
      for (const { runId, count, items } of taken) this.#add(runId, count, items, now);
      throw error;
    }
  }

  #add(runId: string | null, count: number, items: readonly Noted[], now: number): void {
    const run = this.#runs.get(runId) ?? {
      since: now,
      toldAt: Number.NEGATIVE_INFINITY,
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

  #forgetQuiet(now: number): void {
    for (const [runId, { count, toldAt }] of this.#runs) {
      if (count === 0 && now - toldAt > purgedAfterMs) this.#runs.delete(runId);
    }
  }

  #event(runId: string | null, count: number, items: readonly Noted[]): NewEvent {
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

const isDue = ({ since, toldAt }: RunClaims, now: number): boolean =>
  now - toldAt >= Math.min(longestGapMs, Math.max(leastGapMs, (now - since) * partOfTime));

/** What all of them have in common; null when they differ. */
function common<Key extends keyof Noted>(items: readonly Noted[], key: Key): Noted[Key] | null {
  const [first, ...others] = items;
  return first && others.every((item) => item[key] === first[key]) ? first[key] : null;
}
