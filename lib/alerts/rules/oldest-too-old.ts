import { defineRule, hours, inWords } from './rule.ts';

/** An item that could be claimed is not, for long. */
export const oldestTooOld = defineRule({
  rule: 'oldest_too_old',
  label: 'Oldest item too old',
  help: 'An item could have been claimed for this long, and was not.',
  thresholds: { age: hours('Claimable for', 24) },
  judge({ oldestReadyMs }, { age }) {
    if (oldestReadyMs === null || oldestReadyMs < age * 3_600_000) return [];
    return [
      {
        subject: 'queue',
        sourceName: null,
        title: `An item waits for ${inWords(oldestReadyMs)}`,
        detail: `It could have been claimed for ${inWords(oldestReadyMs)}. Look whether its source or host is held up, or whether there are too few workers.`,
        evidence: { 'Waits for': inWords(oldestReadyMs) },
        href: '/work-items?status=pending',
      },
    ];
  },
});
