/** What one `pnpm ingest` has made of its items, run by run. */
import type { Output } from './program.ts';

/** What an invocation has processed of a run; another worker's share is in the run's own numbers. */
export interface Outcome {
  completed: number;
  failed: number;
  skipped: number;
  discovered: number;
}

export const nothing: Outcome = { completed: 0, failed: 0, skipped: 0, discovered: 0 };

export function sumOf(outcomes: Iterable<Outcome>): Outcome {
  const sum = { ...nothing };
  for (const { completed, failed, skipped, discovered } of outcomes) {
    sum.completed += completed;
    sum.failed += failed;
    sum.skipped += skipped;
    sum.discovered += discovered;
  }
  return sum;
}

export const processedOf = ({ completed, failed, skipped }: Outcome) =>
  completed + failed + skipped;

/** The run that most of the items belong to; null when nothing was processed, or only items without a run. */
export function runOfMost(outcomes: ReadonlyMap<string | null, Outcome>): string | null {
  const runs = [...outcomes].sort(([, a], [, b]) => processedOf(b) - processedOf(a));
  return runs[0]?.[0] ?? null;
}

/** A line for each run; the JSON has the sums, and one run's id. */
export function report(
  out: Output,
  outcomes: ReadonlyMap<string | null, Outcome>,
  facts: {
    readonly run_id: string | null;
    readonly items_left: string | null;
    /** It was stopped before its end. */
    readonly interrupted: boolean;
  },
): void {
  for (const [id, outcome] of outcomes) {
    const { completed, failed, discovered } = outcome;
    const whose = id === null ? 'Without a run' : `Run ${id}`;
    out.line(
      `${whose}: ${processedOf(outcome)} processed, ${completed} succeeded, ${failed} failed, ${discovered} discovered.`,
    );
  }
  if (facts.interrupted) out.line('It was interrupted.');
  else if (outcomes.size === 0) out.line('Nothing to do: no item was ready to be fetched.');
  if (facts.items_left !== null) out.line(facts.items_left);
  const total = sumOf(outcomes.values());
  out.result({
    ...facts,
    items_processed: processedOf(total),
    items_succeeded: total.completed,
    items_failed: total.failed,
    items_discovered: total.discovered,
  });
}
