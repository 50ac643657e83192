import { baselineOf } from '../baseline.ts';
import { defineRunRule, fewestRuns, inNumbers, isWhole, percent, spreads } from './rule.ts';

/** A source suddenly yields fewer items, or none. */
export const yieldFell = defineRunRule({
  rule: 'yield_fell',
  quarantine: false,
  label: 'Fewer items than usual',
  help: 'A run found far fewer items than the runs of its kind before it, or none. Compared with the same weekday where there are enough.',
  thresholds: { fall: percent('Fewer by at least', 40), fewestRuns, spreads },
  judgeRun(run, past, { fall, ...how }) {
    if (!isWhole(run)) return null;
    const usual = baselineOf(run, past.filter(isWhole), ({ total }) => total, {
      fewest: how.fewestRuns,
      spreads: how.spreads,
    });
    // Of a source that yields next to nothing, nothing is no news.
    if (!usual || usual.median < 3) return null;
    if (run.total >= usual.low && run.total > 0) return null;
    if (run.total > usual.median * (1 - fall / 100)) return null;
    return {
      title:
        run.total === 0
          ? `${run.label} yielded nothing`
          : `${run.label} yielded ${inNumbers(run.total)} items instead of ${inNumbers(usual.median)}`,
      detail: `The last run had ${inNumbers(run.total)} items; ${inNumbers(usual.median)} is usual${usual.weekday ? ' on this weekday' : ''}, and less than ${inNumbers(usual.low)} is unusual.`,
      evidence: {
        Items: run.total,
        Usual: Math.round(usual.median),
        'Unusual below': Math.round(usual.low),
        'Runs compared': usual.runs,
      },
    };
  },
});
