/** Events about what was found and left out, for the person who follows a run: one for many items. */
import type { Db } from '#db/engine.ts';
import type { NewEvent } from '#lib/events/model.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import {
  type LeftOut,
  type LeftOutReason,
  newsOf,
  wordsOfLeftOut,
} from '#lib/source-types/left-out.ts';

/** The shortest time between two events of one run, doubled with each of them up to the longest, ms. */
const leastGapMs = 10_000;
const longestGapMs = 5 * 60_000;
/** A run that is quiet for so long is dropped, ms. */
const dropAfterMs = 3_600_000;

type First = Pick<WorkItem, 'workItemId' | 'resourceId' | 'sourceName' | 'host'>;

interface RunCuts {
  recordedAt: number;
  gapMs: number;
  items: number;
  leftOut: Partial<Record<LeftOutReason, number>>;
  /** Whose cut was the first that is not recorded yet. */
  first: First | null;
}

/** What one worker has left out and not recorded yet. The items themselves say it too, whatever becomes of the worker. */
export class CutEvents {
  readonly #workerId: string;
  readonly #runs = new Map<string | null, RunCuts>();

  constructor(workerId: string) {
    this.#workerId = workerId;
  }

  add(item: First & Pick<WorkItem, 'runId'>, leftOut: LeftOut): void {
    this.#add(item.runId, item, newsOf(leftOut), 1);
  }

  /** Records one event for each run that is due. */
  async recordDue(db: Db, now = performance.now()): Promise<void> {
    for (const [runId, { items, recordedAt }] of this.#runs) {
      if (items === 0 && now - recordedAt > dropAfterMs) this.#runs.delete(runId);
    }
    await this.#record(db, (_, { recordedAt, gapMs }) => now - recordedAt >= gapMs, now);
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
    which: (runId: string | null, cuts: RunCuts) => boolean,
    now: number,
  ): Promise<void> {
    const due = [...this.#runs].filter(([runId, cuts]) => cuts.items > 0 && which(runId, cuts));
    if (due.length === 0) return;
    const taken = due.map(([runId, cuts]) => ({ runId, cuts, ...cuts }));
    // Work goes on while the events are written.
    for (const { cuts, gapMs } of taken) {
      const next = { gapMs: Math.min(longestGapMs, gapMs * 2), recordedAt: now };
      Object.assign(cuts, { ...next, items: 0, leftOut: {}, first: null });
    }
    try {
      const events = taken.map((one) => this.#event(one));
      await db.transaction((tx) => recordEvents(tx, events));
    } catch (error) {
      for (const { runId, first, leftOut, items } of taken) {
        if (first) this.#add(runId, first, leftOut, items);
      }
      throw error;
    }
  }

  #add(runId: string | null, item: First, leftOut: LeftOut, items: number): void {
    // The keys are those of `leftOut`; Object.entries loses that.
    const counts = Object.entries(leftOut) as [LeftOutReason, number][];
    if (counts.length === 0) return;
    const run: RunCuts = this.#runs.get(runId) ?? {
      recordedAt: Number.NEGATIVE_INFINITY,
      gapMs: leastGapMs,
      items: 0,
      leftOut: {},
      first: null,
    };
    run.items += items;
    const { workItemId, resourceId, sourceName, host } = item;
    run.first ??= { workItemId, resourceId, sourceName, host };
    for (const [reason, count] of counts) run.leftOut[reason] = (run.leftOut[reason] ?? 0) + count;
    this.#runs.set(runId, run);
  }

  #event({
    runId,
    items,
    leftOut,
    first,
  }: Pick<RunCuts, 'items' | 'leftOut' | 'first'> & { readonly runId: string | null }): NewEvent {
    const where = first?.resourceId.slice(0, 200) ?? '';
    const others = items === 1 ? '' : ` and ${(items - 1).toLocaleString('en')} more`;
    return {
      kind: 'items.left_out',
      message: `More was there: ${wordsOfLeftOut(leftOut)}. Found in ${where}${others}.`,
      runId,
      workerId: this.#workerId,
      sourceName: first?.sourceName ?? null,
      host: first?.host ?? null,
      workItemId: first?.workItemId ?? null,
      data: { items, left_out: leftOut },
    };
  }
}
