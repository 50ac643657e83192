import { defineRule, inWords, minutes } from './rule.ts';

/** A schedule was not carried out. */
export const scheduleMissed = defineRule({
  rule: 'schedule_missed',
  label: 'Schedule missed',
  help: 'A schedule has been due for this long, or its last run could not be launched.',
  thresholds: { late: minutes('Due for', 15) },
  judge({ schedules }, { late }) {
    return schedules.flatMap(({ scheduleId, name, lateMs, lastOutcome }) => {
      const isLate = lateMs !== null && lateMs >= late * 60_000;
      const isRefused = lastOutcome?.startsWith('not launched') ?? false;
      if (!isLate && !isRefused) return [];
      return [
        {
          subject: scheduleId,
          sourceName: null,
          title: `The schedule ${name} was missed`,
          detail: isLate
            ? `It has been due for ${inWords(lateMs)}, and nobody launched its run. Is a worker alive?`
            : `Its last run was ${lastOutcome}`,
          evidence: isLate ? { 'Due for': inWords(lateMs) } : { Outcome: lastOutcome ?? '' },
          href: '/schedules',
        },
      ];
    });
  },
});
