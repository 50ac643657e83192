import { baselineOf, median } from '../baseline.ts';
import type { ContentMeasure, RunMeasure } from '../model.ts';
import { defineRunRule, fewestRuns, inNumbers, inPercent, percent, spreads } from './rule.ts';

/** The median of a share in the runs before; null where there are too few. */
function usualShare(
  past: readonly RunMeasure[],
  fewest: number,
  share: (content: ContentMeasure) => number,
): number | null {
  const shares = past.slice(-60).flatMap(({ content }) => (content ? [share(content)] : []));
  return shares.length < fewest ? null : median(shares);
}

/** What is fetched is empty, or much shorter than it was. */
export const contentShrunken = defineRunRule({
  rule: 'content_shrunken',
  quarantine: true,
  label: 'Empty or shrunken content',
  help: 'The records of a run are empty, or far shorter than those of the runs before it.',
  thresholds: {
    shrink: percent('Shorter by at least', 50),
    empty: percent('Empty records', 30),
    fewestRuns,
    spreads,
  },
  judgeRun(run, past, { shrink, empty, ...how }) {
    const { content } = run;
    if (!content) return null;
    const emptyBefore = usualShare(past, how.fewestRuns, ({ emptyShare }) => emptyShare);
    // Without a past, most of them being empty is wrong by any measure.
    const mostEmpty = emptyBefore === null ? 0.8 : emptyBefore + empty / 100;
    if (content.emptyShare >= Math.min(1, mostEmpty)) {
      return {
        title: `${run.label}: ${inPercent(content.emptyShare)} of the records are empty`,
        detail: `Of ${content.sampled} records ${inPercent(content.emptyShare)} hold nothing${emptyBefore === null ? '' : `; ${inPercent(emptyBefore)} is usual`}.`,
        evidence: { Sampled: content.sampled, Empty: inPercent(content.emptyShare) },
      };
    }
    const usual = baselineOf(run, past, (one) => one.content?.medianBytes ?? null, {
      fewest: how.fewestRuns,
      spreads: how.spreads,
    });
    if (!usual || content.medianBytes >= usual.low) return null;
    if (content.medianBytes > usual.median * (1 - shrink / 100)) return null;
    return {
      title: `${run.label}: records have shrunk to ${inPercent(content.medianBytes / usual.median)}`,
      detail: `The median record has ${inNumbers(content.medianBytes)} bytes; ${inNumbers(usual.median)} is usual, and less than ${inNumbers(usual.low)} is unusual.`,
      evidence: {
        Bytes: content.medianBytes,
        Usual: Math.round(usual.median),
        Sampled: content.sampled,
        'Runs compared': usual.runs,
      },
    };
  },
});

/** What is fetched is a page to sign in, a challenge, or one page for everything. */
export const blockPage = defineRunRule({
  rule: 'block_page',
  quarantine: true,
  label: 'Login or block page',
  help: 'Records look like a page to sign in or a challenge, or different resources suddenly have one content.',
  thresholds: { share: percent('Such records', 30), fewestRuns },
  judgeRun(run, past, { share, fewestRuns: fewest }) {
    const { content } = run;
    if (!content) return null;
    const exceeds = (value: number, of: (content: ContentMeasure) => number) =>
      value >= (usualShare(past, fewest, of) ?? 0) + share / 100;
    const isBlocked = exceeds(content.blockedShare, (one) => one.blockedShare);
    const isSame = content.sameShare >= 0.6 && exceeds(content.sameShare, (one) => one.sameShare);
    if (!isBlocked && !isSame) return null;
    const evidence = {
      Sampled: content.sampled,
      'Look like login or block pages': inPercent(content.blockedShare),
      'Have one content in common': inPercent(content.sameShare),
    };
    return isBlocked
      ? {
          title: `${run.label}: login or block pages instead of content`,
          detail: `Of ${content.sampled} records ${inPercent(content.blockedShare)} ask to sign in, to prove one is human, or refuse.`,
          evidence,
        }
      : {
          title: `${run.label}: different resources have the same content`,
          detail: `Of ${content.sampled} records ${inPercent(content.sameShare)} are the same, which is unusual.`,
          evidence,
        };
  },
});
