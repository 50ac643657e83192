/** Items per status, and the workers that are alive. */
import { Check, CircleDashed, Cpu, LoaderCircle, Minus, X } from 'lucide-react';
import { windowWords } from '#app/_shared/window-links.tsx';
import { formatCount, formatDuration, formatShare, Num } from '#app/ui/num.tsx';
import { Sparkline } from '#app/ui/sparkline.tsx';
import { Stat, StatRow } from '#app/ui/stat.tsx';
import type { Overview } from '#lib/metrics/model.ts';

const outcomes = [
  { status: 'completed', label: 'Completed', Mark: Check, colour: 'text-done' },
  { status: 'failed', label: 'Failed', Mark: X, colour: 'text-failed' },
] as const;

export function Totals({ data }: { readonly data: Overview }) {
  const { totals, throughput, oldestClaimable, workers } = data;
  return (
    <StatRow>
      <Stat
        label="Pending"
        mark={<CircleDashed aria-hidden className="text-pending" />}
        value={<Num value={totals.pending} />}
        detail={
          oldestClaimable ? (
            <>oldest waits {formatDuration(oldestClaimable.ageMs)}</>
          ) : (
            'none claimable'
          )
        }
        href="/work-items?status=pending"
      />
      <Stat
        label="In progress"
        mark={<LoaderCircle aria-hidden className="text-progress" />}
        value={<Num value={totals.in_progress} />}
        detail={`workers hold ${formatCount(workers.inFlight)}`}
        href="/work-items?status=in_progress"
      />
      {outcomes.map(({ status, label, Mark, colour }) => (
        <Stat
          key={status}
          label={label}
          mark={<Mark aria-hidden className={colour} />}
          value={<Num value={totals[status]} />}
          detail={`${formatShare(totals[status], data.total)} of all`}
          href={`/work-items?status=${status}`}
          graph={
            <Sparkline
              label={`${label} in the last ${windowWords[throughput.window]}`}
              values={throughput.points.map((point) => point[status])}
              className={colour}
              width={72}
            />
          }
        />
      ))}
      <Stat
        label="Skipped"
        mark={<Minus aria-hidden className="text-skipped" />}
        value={<Num value={totals.skipped} />}
        detail={`${formatShare(totals.skipped, data.total)} of all`}
        href="/work-items?status=skipped"
      />
      <Stat
        label="Workers"
        mark={<Cpu aria-hidden className={workers.alive > 0 ? 'text-done' : 'text-ink-3'} />}
        value={<Num value={workers.alive} />}
        detail={workers.alive === 0 ? 'none alive' : 'alive'}
        href="/workers"
      />
    </StatRow>
  );
}
