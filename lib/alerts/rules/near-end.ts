import type { AlertFacts, Ending } from '../model.ts';
import { defineRule, inWords, type Threshold } from './rule.ts';

const dayMs = 86_400_000;
/** What is made for a short time is renewed late: a certificate for six days has one day left then. */
const shareOfLife = 6;

const days: Threshold = { label: 'Ends within', unit: 'days', default: 7, min: 1, max: 90 };

const nearEnd = (
  endings: readonly Ending[],
  within: number,
  { before, after }: { readonly before: string; readonly after: string },
) =>
  endings
    .filter(({ leftMs, lifeMs }) => leftMs < Math.min(within * dayMs, lifeMs / shareOfLife))
    .map(({ subject, name, sourceName, endsAt, leftMs, href }) => {
      const isOver = leftMs <= 0;
      return {
        subject,
        sourceName,
        title: isOver ? `${name} has ended` : `${name} ends in ${inWords(leftMs)}`,
        detail: isOver ? after : before,
        evidence: { 'Holds until': endsAt },
        href,
      };
    });

/** Hosts whose certificate nobody has renewed. */
export const certificateNearEnd = defineRule({
  rule: 'certificate_near_end',
  label: 'Certificate near its end',
  help: 'The certificate that a host showed in the last three days ends within this time, or within a sixth of its life where that is shorter.',
  thresholds: { days },
  judge: ({ certificates }: AlertFacts, values) =>
    nearEnd(certificates, values.days, {
      before:
        'Most are renewed weeks ahead, so this one may have been forgotten: from then on every request to the host fails. Tell whoever runs it.',
      after:
        'Requests to the host fail until it shows another certificate. Tell whoever runs it, or block the host meanwhile.',
    }),
});

/** Tokens that programs use, and secrets whose end somebody wrote down. */
export const secretNearEnd = defineRule({
  rule: 'secret_near_end',
  label: 'Secret near its end',
  help: 'An API token that a program has used in the last 30 days, or a stored secret of a source whose end is in its settings, ends within this time, or within a sixth of its life where that is shorter.',
  thresholds: { days },
  judge: ({ secrets }: AlertFacts, values) => {
    const { ofSources = [], ofPrograms = [] } = Object.groupBy(secrets, ({ sourceName }) =>
      sourceName === null ? 'ofPrograms' : 'ofSources',
    );
    return [
      ...nearEnd(ofPrograms, values.days, {
        before: 'Make another, give it to whoever uses this one, and revoke this one.',
        after: 'Whoever uses it is refused. Make another, and revoke this one.',
      }),
      ...nearEnd(ofSources, values.days, {
        before:
          'Ask whoever runs the source for another, enter it in the form of the source, and set the new day there.',
        after:
          'The source may refuse it. Enter another in the form of the source with its day, or take the day out where it still holds.',
      }),
    ];
  },
});
