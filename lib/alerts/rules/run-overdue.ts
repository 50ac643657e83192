import { baselineOf } from '../baseline.ts';
import { defineRule, fewestRuns, hours, inWords, isWhole, spreads } from './rule.ts';

/** A run takes far longer than those before it. */
export const runOverdue = defineRule({
  rule: 'run_overdue',
  label: 'Run overdue',
  help: 'A run goes on for much longer than the runs of its kind did. What a person paused is left alone.',
  thresholds: {
    factor: { label: 'Times the usual', unit: 'times', default: 3, min: 1, max: 100 },
    atLeast: hours('Running for at least', 1),
    fewestRuns,
    spreads,
  },
  judge({ running, measures, now }, { factor, atLeast, ...how }) {
    return running.flatMap((run) => {
      if (run.isPaused || run.ageMs < atLeast * 3_600_000) return [];
      const startedAt = new Date(Date.parse(now) - run.ageMs).toISOString();
      const past = measures.filter((one) => one.scope === run.scope && isWhole(one));
      const usual = baselineOf({ startedAt }, past, ({ durationMs }) => durationMs, {
        fewest: how.fewestRuns,
        spreads: how.spreads,
      });
      if (!usual || run.ageMs < Math.max(factor * usual.median, usual.high)) return [];
      return [
        {
          subject: run.scope,
          sourceName: run.sourceName,
          title: `${run.label}: a run is overdue`,
          detail: `It has been going on for ${inWords(run.ageMs)}; ${inWords(usual.median)} is usual.`,
          evidence: {
            'Running for': inWords(run.ageMs),
            Usual: inWords(usual.median),
            'Runs compared': usual.runs,
          },
          href: `/runs/${run.runId}`,
        },
      ];
    });
  },
});
