/** Events about claims: which items this worker took, for the person who follows their run. */
import type { NewEvent } from '#lib/events/model.ts';
import type { ClaimedItem } from '#lib/queue/model.ts';
import { type Noted, RunEvents } from './run-events.ts';

/** The shortest time between two events about the claims of one run, ms. */
const leastGapMs = 10_000;
/** The gap grows with the time since the first claim, to `longestGapMs`: a run of days is not logged by the second. */
const partOfTime = 1 / 50;
const longestGapMs = 5 * 60_000;
const mostInWords = 3;
const mostIds = 100;

type ClaimedFacts = Pick<
  ClaimedItem,
  'workItemId' | 'resourceType' | 'resourceId' | 'sourceName' | 'host'
>;

/** The claims of one run; the items are the first of those that were not recorded yet. */
interface RunClaims extends Noted {
  readonly since: number;
  items: ClaimedFacts[];
}

/** What one worker has claimed; of a worker that is killed, the last claims are found in the history of their items alone. */
export class ClaimEvents extends RunEvents<RunClaims> {
  add(items: readonly ClaimedItem[], now = performance.now()): void {
    for (const item of items) this.#add(item.runId, 1, [item], now);
  }

  #add(runId: string | null, count: number, items: readonly ClaimedFacts[], now: number): void {
    const run = this.runs.get(runId) ?? {
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
    this.runs.set(runId, run);
  }

  protected override isDue({ since, recordedAt }: RunClaims, now: number): boolean {
    return (
      now - recordedAt >= Math.min(longestGapMs, Math.max(leastGapMs, (now - since) * partOfTime))
    );
  }

  protected override emptied({ since }: RunClaims) {
    return { since, items: [] };
  }

  protected override putBack(runId: string | null, { count, items }: RunClaims, now: number): void {
    this.#add(runId, count, items, now);
  }

  protected override eventOf(runId: string | null, { count, items }: RunClaims): NewEvent {
    const words = items
      .slice(0, mostInWords)
      .map(({ resourceType, resourceId }) => `${resourceType} ${resourceId.slice(0, 100)}`);
    const others = count - words.length;
    if (others > 0) words.push(`${others.toLocaleString('en')} more`);
    return {
      kind: 'item.claimed',
      message: `${words.join(', ')}; by ${this.workerId}.`,
      runId,
      workerId: this.workerId,
      sourceName: common(items, 'sourceName'),
      host: common(items, 'host'),
      workItemId: count === 1 ? common(items, 'workItemId') : null,
      data: { count, items: items.map(({ workItemId }) => workItemId) },
    };
  }
}

/** What all of them have in common; null when they differ. */
function common<Key extends keyof ClaimedFacts>(
  items: readonly ClaimedFacts[],
  key: Key,
): ClaimedFacts[Key] | null {
  const [first, ...others] = items;
  return first && others.every((item) => item[key] === first[key]) ? first[key] : null;
}
