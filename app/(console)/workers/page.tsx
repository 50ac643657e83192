import { Cpu } from 'lucide-react';
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { filteredList } from '#app/_server/filtered-list.ts';
import { ListFilter } from '#app/_shared/filters/list-filter.tsx';
import { ParameterProblems } from '#app/ui/banner.tsx';
import { CodeBlock } from '#app/ui/code-block.tsx';
import { CopyId } from '#app/ui/copy.tsx';
import { None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { Num } from '#app/ui/num.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { EmptyState, ErrorState, NoMatch } from '#app/ui/states.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { ActionsTh, TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import { may } from '#lib/actor/model.ts';
import { requireSources } from '#lib/actor/require-permission.ts';
import { matching } from '#lib/filters/row-filters.ts';
import type { RawParameters } from '#lib/paging/parameters.ts';
import { listWorkers } from '#lib/workers/list-workers.ts';
import type { Worker, WorkerState } from '#lib/workers/model.ts';
import { workerFilters } from '#lib/workers/worker-filters.ts';
import { DrainButton, KeepButton } from './drain-button.tsx';

export const metadata: Metadata = { title: 'Workers' };

const badge: Readonly<Record<WorkerState, string>> = {
  running: 'alive',
  draining: 'draining',
  stopped: 'stopped',
  lost: 'lost',
};

export default async function WorkersPage({
  searchParams,
}: {
  readonly searchParams: Promise<RawParameters>;
}) {
  const loaded = await loadPage(async ({ runtime, actor }) => {
    requireSources(actor, 'all');
    return {
      workers: await listWorkers(runtime.db),
      mayChange: may(actor, 'workers:change'),
    };
  });
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Workers" />
        <ErrorState error={loaded.error} />
      </>
    );
  }
  const { workers, mayChange } = loaded.data;
  const raw = await searchParams;
  const list = await filteredList('workers', '/workers', workerFilters, raw);
  const { values, problems } = workerFilters.read(raw, list.clock);
  const shown = matching(workers, workerFilters.given(values));
  const claiming = workers.filter(({ state }) => state === 'running').length;
  const alive = workers.filter(({ state }) => state === 'running' || state === 'draining');
  return (
    <>
      <LiveRefresh />
      <PageHeader
        title="Workers"
        meta={
          workers.length === 0 ? null : `${alive.length} alive, ${workers.length} in the last week`
        }
      />
      {workers.length === 0 ? null : (
        <ListFilter of={list} placeholder="Filter by host, state, heartbeat …" />
      )}
      <ParameterProblems problems={[...list.unread, ...problems]} />
      {workers.length > 0 && shown.length === 0 ? (
        <NoMatch what="worker" href="/workers" />
      ) : workers.length === 0 ? (
        <EmptyState icon={<Cpu aria-hidden />} title="No worker has run here yet">
          <p>A worker claims items, fetches and stores them. Start one beside the console:</p>
          <div className="mt-3 w-64">
            <CodeBlock label="Command">pnpm worker</CodeBlock>
          </div>
        </EmptyState>
      ) : (
        <TableRegion label="Workers">
          <Thead>
            <tr>
              <Th>Worker</Th>
              <Th>State</Th>
              <Th align="right">Leased</Th>
              <Th align="right">Completed</Th>
              <Th align="right">Failed</Th>
              <Th align="right">Rescued</Th>
              <Th>Heartbeat</Th>
              <Th>Since</Th>
              <Th>Version</Th>
              {mayChange ? <ActionsTh /> : null}
            </tr>
          </Thead>
          <tbody>
            {shown.map((worker) => (
              <WorkerRow
                key={worker.workerId}
                worker={worker}
                isLast={claiming === 1}
                mayChange={mayChange}
              />
            ))}
          </tbody>
        </TableRegion>
      )}
    </>
  );
}

function WorkerRow({
  worker,
  isLast,
  mayChange,
}: {
  readonly worker: Worker;
  /** No other claims anything. */
  readonly isLast: boolean;
  readonly mayChange: boolean;
}) {
  const isAlive = worker.state === 'running' || worker.state === 'draining';
  const { rescued } = worker.facts;
  const name = `${worker.hostName} (${worker.pid})`;
  return (
    <Tr>
      <Td>
        <CopyId id={worker.workerId} text={name} />
      </Td>
      <Td>
        <StatusBadge status={badge[worker.state]} />
      </Td>
      <Td align="right">
        {isAlive ? (
          <Link
            href={`/work-items?status=in_progress&lease=${encodeURIComponent(worker.workerId)}`}
            className="link num"
          >
            {worker.inFlight} of {worker.concurrency}
          </Link>
        ) : (
          <None />
        )}
      </Td>
      <Td align="right">
        <Num value={worker.itemsCompleted} />
      </Td>
      <Td align="right">
        <Num
          value={worker.itemsFailed}
          className={worker.itemsFailed > 0 ? 'text-failed' : 'text-ink-3'}
        />
      </Td>
      <Td align="right">
        <Num value={rescued} className={rescued > 0 ? 'text-warn' : 'text-ink-3'} />
      </Td>
      <Td>
        <Time at={worker.heartbeatAt} />
      </Td>
      <Td>
        <Time at={worker.startedAt} />
      </Td>
      <Td className="num text-ink-2">{worker.version}</Td>
      {mayChange ? (
        <Td align="right">
          {worker.state === 'running' ? (
            <DrainButton
              workerId={worker.workerId}
              name={name}
              inFlight={worker.inFlight}
              isLast={isLast}
            />
          ) : worker.state === 'draining' ? (
            <KeepButton workerId={worker.workerId} name={name} />
          ) : null}
        </Td>
      ) : null}
    </Tr>
  );
}
