/** Runs: every campaign, the latest first, with how far it came; and the launch of a new one. */
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { requireActor } from '#app/_server/actor.ts';
import { LaunchButton } from '#app/_shared/launch/launch-button.tsx';
import { outcomeCounts, RunStatusBadge } from '#app/_shared/run-words.tsx';
import { ParameterProblems } from '#app/ui/banner.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { countOf, Num } from '#app/ui/num.tsx';
import { OutcomeBar } from '#app/ui/outcome-bar.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { Pagination } from '#app/ui/pagination.tsx';
import { EmptyState, ErrorState } from '#app/ui/states.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { TabLinks } from '#app/ui/tabs.tsx';
import { Time } from '#app/ui/time.tsx';
import { can } from '#lib/actor/model.ts';
import { choiceParameter, cursorParameter, readParameters } from '#lib/paging/parameters.ts';
import { listRuns } from '#lib/runs/list-runs.ts';
import type { Run } from '#lib/runs/model.ts';
import { kindInWords } from '#lib/runs/run-name.ts';
import { listSources } from '#lib/sources/read-sources.ts';

export const metadata: Metadata = { title: 'Runs' };

const statuses = ['running', 'completed', 'failed', 'cancelled'] as const;
const parameters = {
  status: choiceParameter(statuses),
  cursor: cursorParameter,
  /** Opens the launch dialog, for links from elsewhere. */
  launch: choiceParameter(['1'] as const),
};

export default async function RunsPage({
  searchParams,
}: {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const actor = await requireActor();
  const { values, problems } = readParameters(parameters, await searchParams);
  const { status, cursor } = values;
  const [list, sources] = await Promise.all([
    loadPage(({ reads }) => listRuns(reads, { status, cursor })),
    loadPage(({ runtime }) => listSources(runtime.db)),
  ]);
  const href = (changes: { status?: string | undefined; cursor?: string }) => {
    const params = new URLSearchParams();
    if (changes.status) params.set('status', changes.status);
    if (changes.cursor) params.set('cursor', changes.cursor);
    const text = params.toString();
    return text ? `/runs?${text}` : '/runs';
  };
  const launchButton = (isOpenAtFirst: boolean) =>
    can(actor.role, 'runs:change') && sources.ok ? (
      <LaunchButton
        sources={sources.data.map(({ name, type, enabled }) => ({ name, type, enabled }))}
        isOpenAtFirst={isOpenAtFirst}
      />
    ) : null;
  return (
    <div className="flex flex-col gap-3">
      <LiveRefresh />
      <PageHeader title="Runs" actions={launchButton(values.launch !== undefined)} />
      <TabLinks
        label="Runs by status"
        tabs={[
          { href: href({}), label: 'All', isCurrent: status === undefined },
          ...statuses.map((known) => ({
            href: href({ status: known }),
            label: known.charAt(0).toUpperCase() + known.slice(1),
            isCurrent: status === known,
          })),
        ]}
      />
      <ParameterProblems problems={problems} />
      {list.ok ? (
        list.data.rows.length === 0 ? (
          <EmptyState
            title={status ? `No run is ${status}` : 'No run yet'}
            {...(status
              ? { action: <LinkButton href="/runs">Show all runs</LinkButton> }
              : { action: launchButton(false) })}
          >
            A run seeds sources, fetches known items again, or retries what failed.
          </EmptyState>
        ) : (
          <div>
            <RunTable runs={list.data.rows} />
            <Pagination
              label="Pages of runs"
              summary={countOf(list.data.rows.length, 'run')}
              previousHref={list.data.previous && href({ status, cursor: list.data.previous })}
              nextHref={list.data.next && href({ status, cursor: list.data.next })}
            />
          </div>
        )
      ) : (
        <ErrorState
          error={list.error}
          action={<LinkButton href={href({ status })}>Open the first page</LinkButton>}
        />
      )}
    </div>
  );
}

function RunTable({ runs }: { readonly runs: readonly Run[] }) {
  return (
    <TableRegion label="Runs">
      <Thead>
        <tr>
          <Th>Status</Th>
          <Th>Run</Th>
          <Th>Kind</Th>
          <Th>Sources</Th>
          <Th>Outcome</Th>
          <Th align="right">Items</Th>
          <Th align="right">Succeeded</Th>
          <Th align="right">Failed</Th>
          <Th>Started</Th>
          <Th>Ended</Th>
          <Th>By</Th>
        </tr>
      </Thead>
      <tbody>
        {runs.map((run) => (
          <Tr key={run.runId}>
            <Td>
              <RunStatusBadge run={run} />
            </Td>
            <Td className="min-w-40 max-w-72">
              <Link
                href={`/runs/${run.runId}`}
                className="block truncate font-medium text-ink hover:text-accent hover:underline"
              >
                {run.name}
              </Link>
            </Td>
            <Td>{kindInWords(run.kind)}</Td>
            <Td className="max-w-48 truncate">
              {Object.keys(run.sourceRevisions).join(', ') || <None />}
            </Td>
            <Td>
              <OutcomeBar counts={outcomeCounts(run)} className="w-32" />
            </Td>
            <Td align="right">
              <Num value={run.itemsTotal} />
            </Td>
            <Td align="right">
              <Num value={run.itemsSucceeded} />
            </Td>
            <Td align="right">
              <Num
                value={run.itemsFailed}
                {...(run.itemsFailed > 0 ? { className: 'text-failed' } : {})}
              />
            </Td>
            <Td>
              <Time at={run.startedAt} />
            </Td>
            <Td>
              <Time at={run.completedAt} absent="not yet" />
            </Td>
            <Td className="max-w-40 truncate">{run.launchedBy ?? <None />}</Td>
          </Tr>
        ))}
      </tbody>
    </TableRegion>
  );
}
