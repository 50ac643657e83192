import { median } from '../baseline.ts';
import { defineRule, fewestRuns, hours, inWords, isWhole } from './rule.ts';

/** A source that was fetched regularly is not any more. */
export const freshnessMissed = defineRule({
  rule: 'freshness_missed',
  label: 'Freshness missed',
  help: 'The last complete run of a source is longer ago than is usual between two of them, counted from when it was resumed or changed where that was later.',
  thresholds: {
    factor: { label: 'Times the usual', unit: 'times', default: 3, min: 1, max: 100 },
    atLeast: hours('Ago for at least', 6),
    fewestRuns,
  },
  judge({ measures, activeSources, now }, { factor, atLeast, fewestRuns: fewest }) {
    const whole = measures.filter((one) => one.sourceName !== null && isWhole(one));
    return [...Map.groupBy(whole, ({ scope }) => scope).values()].flatMap((ofScope) => {
      const last = ofScope.at(-1);
      const since = activeSources.get(last?.sourceName ?? '');
      if (!last?.sourceName || since === undefined) return [];
      const ends = ofScope.map(({ endedAt }) => Date.parse(endedAt));
      const gaps = ends.slice(1).map((end, at) => end - (ends[at] ?? end));
      const agoMs = Date.parse(now) - Date.parse(last.endedAt);
      // Of one that was paused for two weeks, the next run is waited for from when it was resumed.
      const awaitedMs = Math.min(agoMs, Date.parse(now) - Date.parse(since));
      if (gaps.length < fewest || awaitedMs < atLeast * 3_600_000) return [];
      // A run on workdays has a gap of three days every week.
      const usual = Math.max(median(gaps), gaps.toSorted((a, b) => b - a)[gaps.length >> 3] ?? 0);
      if (awaitedMs < factor * usual) return [];
      return [
        {
          subject: last.scope,
          sourceName: last.sourceName,
          title: `${last.label} has not been fetched for ${inWords(agoMs)}`,
          detail: `Its last complete run ended ${inWords(agoMs)} ago; ${inWords(median(gaps))} is usual between two.`,
          evidence: { 'Last complete run': last.endedAt, 'Usual distance': inWords(median(gaps)) },
          href: `/runs/${last.runId}`,
        },
      ];
    });
  },
});
