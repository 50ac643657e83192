/** Events about what was found and left out, for the person who follows a run: one for many items. */
import type { NewEvent } from '#lib/events/model.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import {
  type LeftOut,
  type LeftOutReason,
  newsOf,
  wordsOfLeftOut,
} from '#lib/source-types/left-out.ts';
import { type Noted, RunEvents } from './run-events.ts';

/** The shortest time between two events of one run, doubled with each of them up to the longest, ms. */
const leastGapMs = 10_000;
const longestGapMs = 5 * 60_000;

type First = Pick<WorkItem, 'workItemId' | 'resourceId' | 'sourceName' | 'host'>;

interface RunCuts extends Noted {
  gapMs: number;
  leftOut: Partial<Record<LeftOutReason, number>>;
  /** Whose cut was the first that is not recorded yet. */
  first: First | null;
}

/** What one worker has left out. The items themselves say it too, whatever becomes of the worker. */
export class CutEvents extends RunEvents<RunCuts> {
  add(item: First & Pick<WorkItem, 'runId'>, leftOut: LeftOut): void {
    this.#add(item.runId, item, newsOf(leftOut), 1);
  }

  protected override isDue({ recordedAt, gapMs }: RunCuts, now: number): boolean {
    return now - recordedAt >= gapMs;
  }

  protected override emptied({ gapMs }: RunCuts) {
    return { gapMs: Math.min(longestGapMs, gapMs * 2), leftOut: {}, first: null };
  }

  protected override putBack(runId: string | null, { first, leftOut, count }: RunCuts): void {
    if (first) this.#add(runId, first, leftOut, count);
  }

  #add(runId: string | null, item: First, leftOut: LeftOut, count: number): void {
    // The keys are those of `leftOut`; Object.entries loses that.
    const counts = Object.entries(leftOut) as [LeftOutReason, number][];
    if (counts.length === 0) return;
    const run: RunCuts = this.runs.get(runId) ?? {
      recordedAt: Number.NEGATIVE_INFINITY,
      gapMs: leastGapMs,
      count: 0,
      leftOut: {},
      first: null,
    };
    run.count += count;
    const { workItemId, resourceId, sourceName, host } = item;
    run.first ??= { workItemId, resourceId, sourceName, host };
    for (const [reason, more] of counts) run.leftOut[reason] = (run.leftOut[reason] ?? 0) + more;
    this.runs.set(runId, run);
  }

  protected override eventOf(runId: string | null, { count, leftOut, first }: RunCuts): NewEvent {
    const where = first?.resourceId.slice(0, 200) ?? '';
    const others = count === 1 ? '' : ` and ${(count - 1).toLocaleString('en')} more`;
    return {
      kind: 'items.left_out',
      message: `More was there: ${wordsOfLeftOut(leftOut)}. Found in ${where}${others}.`,
      runId,
      workerId: this.workerId,
      sourceName: first?.sourceName ?? null,
      host: first?.host ?? null,
      workItemId: first?.workItemId ?? null,
      data: { items: count, left_out: leftOut },
    };
  }
}
