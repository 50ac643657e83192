import { baselineOf } from '../baseline.ts';
import {
  defineRule,
  defineRunRule,
  fewestRuns,
  inNumbers,
  inPercent,
  percent,
  spreads,
} from './rule.ts';

/** Attempts fail now, whatever run they are of. */
export const failureRate = defineRule({
  rule: 'failure_rate',
  label: 'Attempts fail',
  help: 'Of the attempts of a source in the last hour more than this share failed or must be repeated.',
  thresholds: {
    share: percent('Failed attempts', 50),
    attempts: { label: 'Attempts, at least', unit: 'attempts', default: 20, min: 1, max: 1e6 },
  },
  judge({ attempts: recent }, { share, attempts: fewest }) {
    return recent.flatMap(({ sourceName, attempts, failed }) => {
      if (attempts < fewest || failed / attempts < share / 100) return [];
      const failing = inPercent(failed / attempts);
      return [
        {
          subject: sourceName,
          sourceName,
          title: `${sourceName}: ${failing} of its attempts fail`,
          detail: `In the last hour ${inNumbers(failed)} of ${inNumbers(attempts)} attempts failed or must be repeated.`,
          evidence: { Attempts: attempts, Failed: failed, Share: failing },
          href: '/failures',
        },
      ];
    });
  },
});

/** More items of a run failed than usually do. */
export const runFailures = defineRunRule({
  rule: 'run_failures',
  label: 'More items fail than usual',
  help: 'A run ended with a larger share of failed items than the runs of its kind before it.',
  thresholds: { share: percent('Failed items, at least', 10), fewestRuns, spreads },
  judgeRun(run, past, { share, ...how }) {
    const shareOf = ({ failed, total }: typeof run) => (total === 0 ? null : failed / total);
    const now = shareOf(run);
    if (now === null || now < share / 100) return null;
    const usual = baselineOf(run, past, shareOf, { fewest: how.fewestRuns, spreads: how.spreads });
    // Without a past, half of all items is much by any measure.
    if (usual ? now <= usual.median + share / 100 || now <= usual.high : now < 0.5) return null;
    return {
      title: `${run.label}: ${inPercent(now)} of the items failed`,
      detail: `${inNumbers(run.failed)} of ${inNumbers(run.total)} items failed; ${usual ? `${inPercent(usual.median)} is usual` : 'there is too little past to compare with'}.`,
      evidence: {
        Failed: run.failed,
        Items: run.total,
        ...(usual ? { 'Usual share': inPercent(usual.median), 'Runs compared': usual.runs } : {}),
      },
    };
  },
});
