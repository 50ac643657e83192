/** Two runs side by side: what they were asked, how they went, and what failed in each. */
import type { Session } from '#db/engine.ts';
import type { Sight } from '#lib/actor/model.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';
import type { Run } from './model.ts';
import { getRun } from './run-row.ts';

export interface RunFigures {
  readonly run: Run;
  /** From start to end, or until now, ms. */
  readonly tookMs: number;
  /** Items that came to an end, per minute of that time. */
  readonly itemsPerMinute: number;
}

export interface ComparedError {
  readonly errorCode: string | null;
  /** Items that failed so in each run. */
  readonly counts: readonly [number, number];
}

export interface RunComparison {
  readonly runs: readonly [RunFigures, RunFigures];
  /** Those that differ most first. */
  readonly errors: readonly ComparedError[];
  /** Sources of either run, with the revision each used; null = took no part. */
  readonly sources: readonly {
    readonly name: string;
    readonly revisions: readonly [number | null, number | null];
  }[];
}

/**
 * Null when one of the runs is not there.
 * @param now the database's time, ms
 */
export async function compareRuns(
  s: Session,
  ids: readonly [string, string],
  now: number,
  sight: Sight = null,
): Promise<RunComparison | null> {
  const [first, second] = await Promise.all([getRun(s, ids[0], sight), getRun(s, ids[1], sight)]);
  if (!first || !second) return null;
  const [ofFirst, ofSecond] = await Promise.all([
    failedByCode(s, first.runId),
    failedByCode(s, second.runId),
  ]);
  const codes = new Set([...ofFirst.keys(), ...ofSecond.keys()]);
  const names = new Set([
    ...Object.keys(first.sourceRevisions),
    ...Object.keys(second.sourceRevisions),
  ]);
  return {
    runs: [figuresOf(first, now), figuresOf(second, now)],
    errors: [...codes]
      .map(
        (errorCode): ComparedError => ({
          errorCode,
          counts: [ofFirst.get(errorCode) ?? 0, ofSecond.get(errorCode) ?? 0],
        }),
      )
      .sort((a, b) => differenceOf(b) - differenceOf(a)),
    sources: [...names].sort().map((name) => ({
      name,
      revisions: [first.sourceRevisions[name] ?? null, second.sourceRevisions[name] ?? null],
    })),
  };
}

/** How many items of the run are failed, by error code. */
async function failedByCode(s: Session, runId: string): Promise<Map<string | null, number>> {
  const rows = await s.q
    .selectFrom('work_items')
    .select((eb) => ['error_code', eb.fn.countAll<number>().as('count')])
    .where('run_id', '=', runId)
    .where('status', '=', statusIs('failed'))
    .groupBy('error_code')
    .execute();
  return new Map(rows.map((row) => [row.error_code, Number(row.count)]));
}

const differenceOf = ({ counts: [a, b] }: ComparedError) => Math.abs(a - b);

function figuresOf(run: Run, now: number): RunFigures {
  const end = run.completedAt === null ? now : Date.parse(run.completedAt);
  const tookMs = Math.max(0, end - Date.parse(run.startedAt));
  return {
    run,
    tookMs,
    // What was skipped took no time. Less than a second says too little to multiply up.
    itemsPerMinute: (run.itemsProcessed - run.itemsSkipped) / (Math.max(1_000, tookMs) / 60_000),
  };
}
