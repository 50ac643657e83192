/** Skipped items by why they were skipped, each reason counted within bounds. */
import type { Session } from '#db/engine.ts';
import type { Sight } from '#lib/actor/model.ts';
import { attemptOutcomes } from '#lib/errors/attempt-outcomes.ts';
import type { CountResult } from '#lib/paging/capped-count.ts';
import { countWorkItems } from './list/list.ts';

export interface SkippedReason {
  /** The code of their last error. */
  readonly code: string;
  /** Why an attempt ends so, a sentence. */
  readonly why: string;
  readonly count: CountResult;
}

export interface SkippedItems {
  readonly total: CountResult;
  /** Those with the most items first; reasons without any are left out. */
  readonly reasons: readonly SkippedReason[];
  /** Put aside by a person or with a cancelled run; null where a reason has more than is counted. */
  readonly byPerson: number | null;
}

/** @param source its name; absent = of all sources that are seen */
export async function readSkipped(
  session: Session,
  source?: string,
  sight: Sight = null,
): Promise<SkippedItems> {
  const of = { status: ['skipped'], ...(source === undefined ? {} : { source }) } as const;
  const total = await countWorkItems(session, of, sight);
  const reasons: SkippedReason[] = [];
  for (const [code, { decision, noResource, because }] of attemptOutcomes) {
    // A link to what is not there is skipped too.
    if (decision !== 'skip' && !noResource) continue;
    const count = await countWorkItems(session, { ...of, error: code }, sight);
    if (count.kind !== 'exact' || count.count > 0) reasons.push({ code, why: because, count });
  }
  const counted = reasons.map(({ count }) => count);
  const isExact = [total, ...counted].every(({ kind }) => kind === 'exact');
  const sum = counted.reduce((all, count) => all + leastOf(count), 0);
  return {
    total,
    reasons: reasons.toSorted((a, b) => leastOf(b.count) - leastOf(a.count)),
    byPerson: isExact ? Math.max(0, leastOf(total) - sum) : null,
  };
}

/** As many as there are at least. */
const leastOf = (count: CountResult): number =>
  count.kind === 'unknown'
    ? Number.MAX_SAFE_INTEGER
    : count.kind === 'more'
      ? count.than
      : count.count;
