import { gibibytes } from '#lib/disks/low-disk.ts';
import { defineRule, percent } from './rule.ts';

const gib = 1024 ** 3;
/** Warned of when so many times the room is left at which work pauses. */
const aheadOfPause = 3;

/** The disk is nearly full. */
export const diskLow = defineRule({
  rule: 'disk_low',
  severity: 'critical',
  label: 'Disk low',
  help: 'Of the disk of the database or the file lake less than this share and this much is free, or new work will soon be paused for want of room.',
  thresholds: {
    share: percent('Free share below', 10),
    free: { label: 'Free below', unit: 'GiB', default: 20, min: 1, max: 100_000 },
  },
  judge({ disks }, { share, free }) {
    return disks.flatMap(({ what, freeBytes, sizeBytes, pauseBelowBytes }) => {
      const isSmallShare = sizeBytes === null || freeBytes < (sizeBytes * share) / 100;
      const isLow =
        (freeBytes < free * gib && isSmallShare) || freeBytes < pauseBelowBytes * aheadOfPause;
      if (!isLow) return [];
      const left = gibibytes(freeBytes);
      const size = sizeBytes === null ? 'not told' : gibibytes(sizeBytes);
      const pause =
        pauseBelowBytes === 0
          ? ''
          : freeBytes < pauseBelowBytes
            ? ` New work is paused until more than ${gibibytes(pauseBelowBytes)} are free.`
            : ` New work is paused when less than ${gibibytes(pauseBelowBytes)} are free.`;
      return [
        {
          subject: what,
          sourceName: null,
          title: `Only ${left} are free for ${what}`,
          detail: `Make room, or shorten what is kept: Storage says what is large.${pause}`,
          evidence: { Free: left, Size: size },
          href: '/storage',
        },
      ];
    });
  },
});
