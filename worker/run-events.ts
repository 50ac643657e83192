/** What a worker notes about runs and records as one event for many items, each so often. */
import type { Db } from '#db/engine.ts';
import type { NewEvent } from '#lib/events/model.ts';
import { recordEvents } from '#lib/events/record-events.ts';

/** A run that is quiet for so long is dropped, and begins anew with what is noted next, ms. */
const dropAfterMs = 3_600_000;

/** Of one run, what was not recorded yet. */
export interface Noted {
  /** Monotonic clock, ms; minus infinity = never. */
  recordedAt: number;
  /** Items. */
  count: number;
}

/** It waits in memory, so that nothing writes more than it must. `now` is this process's monotonic clock, ms. */
export abstract class RunEvents<N extends Noted> {
  protected readonly workerId: string;
  protected readonly runs = new Map<string | null, N>();

  constructor(workerId: string) {
    this.workerId = workerId;
  }

  protected abstract isDue(noted: N, now: number): boolean;
  protected abstract eventOf(runId: string | null, noted: N): NewEvent;
  /** How it goes on once it is recorded, beside `recordedAt` and `count`. */
  protected abstract emptied(noted: N): Omit<N, keyof Noted>;
  /** What could not be recorded joins what was noted meanwhile. */
  protected abstract putBack(runId: string | null, noted: N, now: number): void;

  /** Records one event for each run that is due. */
  async recordDue(db: Db, now = performance.now()): Promise<void> {
    for (const [runId, { count, recordedAt }] of this.runs) {
      if (count === 0 && now - recordedAt > dropAfterMs) this.runs.delete(runId);
    }
    await this.#record(db, (_, noted) => this.isDue(noted, now), now);
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
    which: (runId: string | null, noted: N) => boolean,
    now: number,
  ): Promise<void> {
    const taken = [...this.runs]
      .filter(([runId, run]) => run.count > 0 && which(runId, run))
      .map(([runId, run]) => ({ runId, run, noted: { ...run } }));
    if (taken.length === 0) return;
    // Work goes on while the events are written.
    for (const { run } of taken)
      Object.assign(run, this.emptied(run), { recordedAt: now, count: 0 });
    try {
      const events = taken.map(({ runId, noted }) => this.eventOf(runId, noted));
      // One statement is a transaction by itself.
      if (events.length === 1) await recordEvents(db, events);
      else await db.transaction((tx) => recordEvents(tx, events));
    } catch (error) {
      for (const { runId, noted } of taken) this.putBack(runId, noted, now);
      throw error;
    }
  }
}
