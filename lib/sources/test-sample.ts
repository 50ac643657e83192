/** The further items of a test fetch: other seeds, and what the first one led to. */
import { AppError, type PublicError, toPublicError } from '#lib/errors/app-error.ts';
import { appErrorRemedies, type ErrorCode } from '#lib/errors/codes.ts';
import { dedupeKeyOf } from '#lib/queue/dedupe-key.ts';
import { unstoredItem } from '#lib/queue/enqueue/unstored-item.ts';
import type { NewWorkItem, WorkItem } from '#lib/queue/model.ts';
import type { FetchOutcome } from '#lib/source-types/source-type.ts';

const moreItems = 4;
/** Then the sample ends with what it has. */
const moreWithinMs = 20_000;

export type SampleOutcome = 'fetched' | 'unchanged' | 'alias' | 'failed';

export interface SampledItem {
  readonly resourceType: string;
  readonly resourceId: string;
  readonly from: 'seed' | 'discovered';
  readonly outcome: SampleOutcome;
  /** Null when no answer came. */
  readonly status: number | null;
  readonly durationMs: number | null;
  /** Items it would lead to. */
  readonly discovered: number;
  readonly error: PublicError | null;
}

export interface Sampled {
  readonly outcome: FetchOutcome;
  readonly found: readonly NewWorkItem[];
}

interface Candidate {
  readonly item: NewWorkItem;
  readonly from: SampledItem['from'];
}

export const outcomeWord = ({ kind }: FetchOutcome): SampleOutcome =>
  kind === 'error' ? 'failed' : kind;

/** Other seeds first, then what the first item led to; each resource once. */
export function candidatesOf(
  first: NewWorkItem,
  seeds: readonly NewWorkItem[],
  found: readonly NewWorkItem[],
): Candidate[] {
  const all: Candidate[] = [
    ...seeds.map((item) => ({ item, from: 'seed' as const })),
    // No more than may be needed: a dump of a site names thousands.
    ...found.slice(0, 10 * moreItems).map((item) => ({ item, from: 'discovered' as const })),
  ];
  const known = new Set([dedupeKeyOf(first)]);
  const distinct = all.filter(({ item }) => {
    const key = dedupeKeyOf(item);
    return known.has(key) ? false : known.add(key);
  });
  return distinct.slice(0, moreItems);
}

/** Fetches them one after the other, each after a polite pause. */
export async function sampleMore(
  candidates: readonly Candidate[],
  fetchSample: (item: WorkItem, deadline: AbortSignal) => Promise<Sampled>,
  pause: () => Promise<unknown>,
): Promise<SampledItem[]> {
  const deadline = AbortSignal.timeout(moreWithinMs);
  const sampled: SampledItem[] = [];
  for (const { item, from } of candidates) {
    await pause();
    if (deadline.aborted) break;
    const { outcome, found } = await fetchSample(unstoredItem(item), deadline);
    if (deadline.aborted) break;
    sampled.push({
      resourceType: item.resourceType,
      resourceId: item.resourceId,
      from,
      outcome: outcomeWord(outcome),
      status: outcome.facts?.statusCode ?? null,
      durationMs: outcome.facts === null ? null : Math.round(outcome.facts.durationMs),
      discovered: found.length,
      error: outcome.kind === 'error' ? errorOf(outcome) : null,
    });
  }
  return sampled;
}

export function errorOf(outcome: Extract<FetchOutcome, { kind: 'error' }>): PublicError {
  const { code, message } = outcome;
  return toPublicError(isAppErrorCode(code) ? new AppError(code, message) : new Error(message));
}

const isAppErrorCode = (code: ErrorCode): code is keyof typeof appErrorRemedies =>
  Object.hasOwn(appErrorRemedies, code);
