/** Items per status, and the workers that are alive. */
import { Check, CircleDashed, Cpu, LoaderCircle, Minus, X } from 'lucide-react';
import { formatCount, formatDuration, formatShare, Num } from '#app/ui/num.tsx';
import { Sparkline } from '#app/ui/sparkline.tsx';
import { Stat, StatRow } from '#app/ui/stat.tsx';
import type { Overview } from '#lib/metrics/model.ts';
import { windowWords } from './windows.ts';

export function Totals({ data }: { readonly data: Overview }) {
  const { totals, throughput, oldestClaimable, workers } = data;
  const inWindow = (key: 'completed' | 'failed') => throughput.points.map((point) => point[key]);
  const window = windowWords[throughput.window];
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
        detail={`${formatCount(workers.inFlight)} said by workers`}
        href="/work-items?status=in_progress"
      />
      <Stat
        label="Completed"
        mark={<Check aria-hidden className="text-done" />}
        value={<Num value={totals.completed} />}
        detail={`${formatShare(totals.completed, data.total)} of all`}
        href="/work-items?status=completed"
        graph={
          <Sparkline
            label={`Completed in the last ${window}`}
            values={inWindow('completed')}
            className="text-done"
            width={72}
          />
        }
      />
      <Stat
        label="Failed"
        mark={<X aria-hidden className="text-failed" />}
        value={<Num value={totals.failed} />}
        detail={`${formatShare(totals.failed, data.total)} of all`}
        href="/work-items?status=failed"
        graph={
          <Sparkline
            label={`Failed in the last ${window}`}
            values={inWindow('failed')}
            className="text-failed"
            width={72}
          />
        }
      />
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
