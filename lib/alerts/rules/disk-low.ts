import { defineRule, percent } from './rule.ts';

const gib = 1024 ** 3;

/** The disk is nearly full. */
export const diskLow = defineRule({
  rule: 'disk_low',
  label: 'Disk low',
  help: 'Where the embedded database or the file lake stands, less than this share and this much is free.',
  thresholds: {
    share: percent('Free share below', 10),
    free: { label: 'Free below', unit: 'GiB', default: 20, min: 1, max: 100_000 },
  },
  judge({ disks }, { share, free }) {
    return disks.flatMap(({ what, freeBytes, sizeBytes }) => {
      if (freeBytes >= free * gib || freeBytes >= (sizeBytes * share) / 100) return [];
      const left = `${(freeBytes / gib).toFixed(1)} GiB`;
      return [
        {
          subject: what,
          sourceName: null,
          title: `Only ${left} are free for ${what}`,
          detail: `${left} of ${(sizeBytes / gib).toFixed(0)} GiB are free. Make room, or shorten what is kept: Settings, Retention.`,
          evidence: { Free: left, Size: `${(sizeBytes / gib).toFixed(0)} GiB` },
          href: '/settings',
        },
      ];
    });
  },
});
