/** A thousand histories of runs with seeded faults, judged at the default thresholds. */
import { describe, expect, it } from 'vitest';
import { findingsOf } from './evaluate.ts';
import type { AlertFacts, RunMeasure } from './model.ts';

const dayMs = 86_400_000;
const began = Date.parse('2026-01-05T03:00:00.000Z');

/** Mulberry32: the same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What goes wrong from one day on, and the rules of which one must tell. */
const faults: Readonly<
  Record<
    string,
    {
      readonly rules: readonly string[];
      readonly seed: (run: RunMeasure, random: () => number) => RunMeasure | null;
    }
  >
> = {
  'yields nothing': {
    rules: ['yield_fell'],
    seed: (run) => ({ ...run, total: 0, succeeded: 0, failed: 0, content: null }),
  },
  'yields a fifth to a third': {
    rules: ['yield_fell'],
    seed: (run, random) => {
      const total = Math.round(run.total * (0.2 + 0.13 * random()));
      return { ...run, total, succeeded: total };
    },
  },
  'items fail': {
    rules: ['run_failures'],
    seed: (run, random) => ({ ...run, failed: Math.ceil(run.total * (0.3 + 0.7 * random())) }),
  },
  'the run fails': {
    rules: ['run_failed'],
    seed: (run) => ({ ...run, status: 'failed', endReason: 'error' }),
  },
  'records are empty': {
    rules: ['content_shrunken'],
    seed: (run) =>
      run.content && { ...run, content: { ...run.content, medianBytes: 0, emptyShare: 1 } },
  },
  'records shrink': {
    rules: ['content_shrunken'],
    seed: (run, random) =>
      run.content && {
        ...run,
        content: {
          ...run.content,
          medianBytes: Math.round(run.content.medianBytes * (0.1 + 0.25 * random())),
        },
      },
  },
  'login pages': {
    rules: ['block_page'],
    seed: (run, random) =>
      run.content && { ...run, content: { ...run.content, blockedShare: 0.4 + 0.6 * random() } },
  },
  'one page for everything': {
    rules: ['block_page'],
    seed: (run, random) =>
      run.content && { ...run, content: { ...run.content, sameShare: 0.7 + 0.3 * random() } },
  },
  'no runs any more': { rules: ['freshness_missed'], seed: () => null },
};
const kinds = Object.keys(faults);
const days = 75;

interface Outcome {
  readonly kind: string;
  readonly told: boolean;
  readonly falseAlarms: readonly string[];
  readonly faultlessDays: number;
}

function simulate(seed: number): Outcome {
  const random = randomOf(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const kind = kinds[seed % kinds.length] ?? '';
  const faultDay = 40 + Math.floor(random() * 25);
  const size = Math.exp(Math.log(20) + random() * Math.log(5_000));
  const noise = 0.03 + random() * 0.2;
  const weekend = random() < 0.4 ? 0.1 + random() * 0.6 : 1;
  const trend = random() < 0.3 ? 0.01 * (random() * 2 - 0.7) : 0;
  const failing = random() < 0.5 ? 0 : random() * 0.06;
  const bytes = 300 + random() * 50_000;
  const bytesNoise = 0.02 + random() * 0.15;
  const usualBlocked = random() < 0.2 ? random() * 0.15 : 0;
  const aRun = (day: number): RunMeasure => {
    const at = began + day * dayMs;
    const isWeekend = [0, 6].includes(new Date(at).getUTCDay());
    const expected = size * Math.exp(trend * day) * (isWeekend ? weekend : 1);
    // A holiday, a slow day: what happens once a month.
    const odd = random() < 0.03 ? 0.6 + random() * 0.8 : 1;
    const total = Math.max(0, Math.round(expected * odd * Math.exp(noise * normal())));
    const failed = Math.min(total, Math.round(total * failing * Math.exp(0.5 * normal())));
    const durationMs = Math.max(1_000, total * 200 * Math.exp(0.2 * normal()));
    return {
      runId: `run-${day}`,
      scope: 'seed:a',
      label: 'wiki',
      sourceName: 'wiki',
      startedAt: new Date(at).toISOString(),
      endedAt: new Date(at + durationMs).toISOString(),
      status: 'completed',
      endReason: 'finished',
      errorMessage: null,
      total,
      failed,
      succeeded: total - failed,
      durationMs,
      content: {
        sampled: 40,
        medianBytes: Math.round(bytes * Math.exp(bytesNoise * normal())),
        emptyShare: random() < 0.1 ? 0.05 : 0,
        blockedShare: Math.max(0, usualBlocked * (1 + 0.3 * normal())),
        sameShare: 0.025,
      },
    };
  };
  const measures: RunMeasure[] = [];
  const falseAlarms: string[] = [];
  let open = new Set<string>();
  for (let day = 0; day < days; day += 1) {
    const isFaulty = day >= faultDay;
    const fault = faults[kind];
    const run = isFaulty ? (fault?.seed(aRun(day), random) ?? null) : aRun(day);
    if (run) measures.push(run);
    const found = new Set(findingsOf(factsOf(measures, day), new Map()).map(({ rule }) => rule));
    if (isFaulty && fault?.rules.some((rule) => found.has(rule))) {
      return { kind, told: true, falseAlarms, faultlessDays: faultDay };
    }
    if (!isFaulty) falseAlarms.push(...[...found].filter((rule) => !open.has(rule)));
    // A fault that is not told at once is told within five days, or not at all.
    if (day > faultDay + 5) break;
    open = found;
  }
  return { kind, told: false, falseAlarms, faultlessDays: faultDay };
}

const factsOf = (measures: readonly RunMeasure[], day: number): AlertFacts => ({
  now: new Date(began + day * dayMs + dayMs / 2).toISOString(),
  workers: [],
  waiting: 0,
  oldestReadyMs: null,
  backlog: [],
  attempts: [],
  running: [],
  measures,
  schedules: [],
  activeSources: new Set(['wiki']),
  disks: [],
  warnings: [],
  certificates: [],
  secrets: [],
});

describe('the rules, over a thousand simulated histories', () => {
  it('tell at least 95 % of the faults of each kind, with at most one false alarm a source and year', () => {
    const outcomes = Array.from({ length: 1_000 }, (_, seed) => simulate(seed));
    const years = outcomes.reduce((sum, { faultlessDays }) => sum + faultlessDays, 0) / 365;
    const alarms = outcomes.flatMap(({ falseAlarms }) => falseAlarms);
    const recallOf = (some: readonly Outcome[]) =>
      some.filter(({ told }) => told).length / some.length;
    const byKind = Object.fromEntries(
      kinds.map((kind) => [kind, recallOf(outcomes.filter((one) => one.kind === kind))]),
    );
    process.stdout.write(
      `alert simulation: recall ${(100 * recallOf(outcomes)).toFixed(1)} %, ${(alarms.length / years).toFixed(2)} false alarms a source-year over ${years.toFixed(0)} source-years\n${JSON.stringify(
        {
          byKind,
          alarms: Object.fromEntries(
            [...Map.groupBy(alarms, (rule) => rule)].map(([rule, { length }]) => [rule, length]),
          ),
        },
      )}\n`,
    );
    for (const [kind, recall] of Object.entries(byKind))
      expect([kind, recall >= 0.95]).toEqual([kind, true]);
    expect(recallOf(outcomes)).toBeGreaterThanOrEqual(0.95);
    expect(alarms.length / years).toBeLessThanOrEqual(1);
  }, 60_000);
});
