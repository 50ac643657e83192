/** How each process fares with the database: its connections, and how often it had to try again. */
import { countOf, formatDuration } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import type { ProcessFigures } from '#lib/health/examine.ts';
import { recentMinutes } from '#lib/workers/model.ts';

export function Processes({ processes }: { readonly processes: readonly ProcessFigures[] }) {
  return (
    <Section title="Processes" isFlush aside={`workers: the last ${recentMinutes} minutes`}>
      <ul>
        {processes.map((one) => (
          <li
            key={one.name}
            className="flex flex-col gap-0.5 border-b px-3 py-2 text-sm last:border-b-0"
          >
            <span className="break-words font-medium">{one.name}</span>
            <span className="num text-ink-2">{connections(one)}</span>
            <span className="num text-ink-2">{retries(one)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function connections({ pool }: ProcessFigures): string {
  if (pool === null) return 'its connections are not told';
  const waiting = pool.waiting > 0 ? `, ${pool.waiting} waiting` : '';
  const longest =
    pool.longestWaitMs > 0 ? `, longest wait ${formatDuration(pool.longestWaitMs)}` : '';
  return `${pool.used} of ${countOf(pool.max, 'connection')} in use, ${pool.free} idle${waiting}${longest}`;
}

function retries({ faults }: ProcessFigures): string {
  const { deadlocks, busy, connectionsLost } = faults;
  if (deadlocks + busy + connectionsLost === 0) return 'nothing was run again';
  return `run again after ${countOf(deadlocks, 'deadlock')}, ${countOf(busy, 'busy answer')}, ${countOf(connectionsLost, 'lost connection')}`;
}
