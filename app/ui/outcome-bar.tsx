/**
 * OutcomeBar: how the items of a run or source stand, as one bar of shares; failures are hatched as
 * well as red.
 */
import { cx } from './cx.ts';
import { formatCount } from './num.tsx';

const parts = [
  { key: 'completed', word: 'completed', fill: 'bg-done-fill' },
  { key: 'failed', word: 'failed', fill: 'bg-failed-fill hatched' },
  { key: 'skipped', word: 'skipped', fill: 'bg-skipped-fill' },
  { key: 'in_progress', word: 'in progress', fill: 'bg-progress-fill' },
  { key: 'pending', word: 'pending', fill: 'bg-transparent' },
] as const;

export type OutcomeCounts = Partial<Record<(typeof parts)[number]['key'], number>>;

export function OutcomeBar({
  counts,
  words: ownWords,
  className,
}: {
  readonly counts: OutcomeCounts;
  /** What the parts mean where they are no statuses. */
  readonly words?: Partial<Record<keyof OutcomeCounts, string>>;
  readonly className?: string;
}) {
  const total = parts.reduce((sum, part) => sum + (counts[part.key] ?? 0), 0);
  const words = parts
    .filter((part) => counts[part.key])
    .map((part) => `${formatCount(counts[part.key] ?? 0)} ${ownWords?.[part.key] ?? part.word}`)
    .join(', ');
  return (
    <span
      role="img"
      aria-label={words || 'no items'}
      title={words || 'no items'}
      className={cx('flex h-2 min-w-16 overflow-hidden rounded-full bg-pending-soft', className)}
    >
      {total === 0
        ? null
        : parts.map((part) => {
            const count = counts[part.key] ?? 0;
            return count === 0 ? null : (
              <span
                key={part.key}
                style={{ width: `${(count / total) * 100}%` }}
                className={cx('min-w-0.5', part.fill)}
              />
            );
          })}
    </span>
  );
}
