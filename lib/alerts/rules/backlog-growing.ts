import { defineRule, hours, inNumbers, percent } from './rule.ts';

const hourMs = 3_600_000;

/** More is queued than is worked off, for hours. */
export const backlogGrowing = defineRule({
  rule: 'backlog_growing',
  label: 'Backlog growing',
  help: 'The queue has grown in every hour of this time, and by more than this share. While a first crawl discovers its items that is usual.',
  thresholds: {
    during: hours('Growing for', 12),
    growth: percent('By at least', 50),
    items: { label: 'Items more, at least', unit: 'items', default: 10_000, min: 1, max: 1e9 },
  },
  judge({ backlog, now }, { during, growth, items }) {
    const from = Date.parse(now) - during * hourMs;
    const first = backlog.findLastIndex(({ at }) => Date.parse(at) <= from);
    const points = first < 0 ? [] : backlog.slice(first);
    const [start, end] = [points[0], points.at(-1)];
    if (!start || !end || points.length < 3) return [];
    const isGrowing = points.every(
      ({ pending }, at) => at === 0 || pending > (points[at - 1]?.pending ?? 0),
    );
    const more = end.pending - start.pending;
    if (!isGrowing || more < items || more < (start.pending * growth) / 100) return [];
    return [
      {
        subject: 'queue',
        sourceName: null,
        title: 'The queue keeps growing',
        detail: `${inNumbers(end.pending)} items are queued, ${inNumbers(more)} more than ${during} h ago; it grew in every hour since.`,
        evidence: { 'Queued now': end.pending, [`Queued ${during} h ago`]: start.pending },
        href: '/work-items?status=pending',
      },
    ];
  },
});
