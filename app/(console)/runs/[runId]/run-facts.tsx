/** RunErrors: why items failed, by code. RunFacts: what was asked for, and its relatives. */

import { Foreign } from '#app/ui/foreign-text.tsx';
import { KeyValue, None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { countOf, Num } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import type { Run } from '#lib/runs/model.ts';
import type { RelatedRuns, RunFamily } from '#lib/runs/related-runs.ts';
import type { RunErrorCluster } from '#lib/runs/run-progress.ts';

export function RunErrors({
  runId,
  failed,
  errors,
}: {
  readonly runId: string;
  /** As the run counted them; some may have been sent round again since. */
  readonly failed: number;
  readonly errors: readonly RunErrorCluster[];
}) {
  return (
    <Section title="Errors by code" isFlush>
      {errors.length === 0 ? (
        <p className="p-3 text-sm text-ink-3">
          {failed === 0 ? 'No item has failed.' : 'What failed has been sent round again since.'}
        </p>
      ) : (
        <TableRegion label="Errors by code" className="rounded-none border-0">
          <Thead>
            <tr>
              <Th>Code</Th>
              <Th align="right">Items</Th>
              <Th>Example message</Th>
            </tr>
          </Thead>
          <tbody>
            {errors.map((cluster) => (
              <Tr key={cluster.errorCode ?? ''}>
                <Td className="whitespace-nowrap">
                  {cluster.errorCode ? (
                    <Link
                      href={`/work-items?run=${runId}&status=failed&error=${cluster.errorCode}`}
                      className="mono link"
                    >
                      {cluster.errorCode}
                    </Link>
                  ) : (
                    <None word="no code" />
                  )}
                </Td>
                <Td align="right">
                  <Num value={cluster.count} />
                </Td>
                <Td className="min-w-48 text-ink-2 wrap-anywhere">{cluster.example ?? <None />}</Td>
              </Tr>
            ))}
          </tbody>
        </TableRegion>
      )}
    </Section>
  );
}

export function RunFacts({ run, related }: { readonly run: Run; readonly related: RelatedRuns }) {
  const sources = Object.entries(run.sourceRevisions);
  return (
    <Section title="Facts">
      <KeyValue
        entries={[
          { label: 'Launched by', value: run.launchedBy ?? <None /> },
          { label: 'Started', value: <Time at={run.startedAt} /> },
          { label: 'Ended', value: <Time at={run.completedAt} absent="not yet" /> },
          {
            label: 'Sources',
            value:
              sources.length === 0 ? (
                <None />
              ) : (
                <ul>
                  {sources.map(([name, revision]) => (
                    <li key={name}>
                      <Foreign text={name} />{' '}
                      <span className="text-ink-3">revision {revision}</span>
                    </li>
                  ))}
                </ul>
              ),
          },
          ...(run.request?.staleDays === undefined
            ? []
            : [{ label: 'Stale after', value: `${run.request.staleDays} days` }]),
          {
            label: 'Maximum items',
            value: run.maxItems === null ? 'no limit' : <Num value={run.maxItems} />,
          },
          {
            label: 'Requests',
            value:
              run.maxRequests === null ? (
                <Num value={run.requestsSent} />
              ) : (
                <>
                  <Num value={run.requestsSent} /> of <Num value={run.maxRequests} />
                </>
              ),
          },
          ...(run.deadlineAt === null
            ? []
            : [{ label: 'Deadline', value: <Time at={run.deadlineAt} /> }]),
          { label: 'Maximum link hops', value: run.maxDepth ?? 'as each source sets it' },
          ...(run.request?.priority === undefined
            ? []
            : [{ label: 'Priority', value: <Num value={run.request.priority} /> }]),
          ...(related.parent
            ? [{ label: 'Parent run', value: <RunLink run={related.parent} /> }]
            : []),
          ...(related.children.length > 0
            ? [
                {
                  label: 'Child runs',
                  value: (
                    <ul>
                      {related.children.map((child) => (
                        <li key={child.runId}>
                          <RunLink run={child} />
                        </li>
                      ))}
                    </ul>
                  ),
                },
              ]
            : []),
          ...(related.family
            ? [{ label: 'All together', value: <FamilyWords family={related.family} /> }]
            : []),
        ]}
      />
    </Section>
  );
}

/** What has come of a run and of all that followed it up. */
function FamilyWords({ family }: { readonly family: RunFamily }) {
  return (
    <>
      {family.isAtLeast ? 'More than ' : ''}
      {countOf(family.runs, 'run')}, {countOf(family.itemsSucceeded, 'item')} completed,{' '}
      <Num value={family.stillFailed} /> still failed
    </>
  );
}

function RunLink({ run }: { readonly run: RelatedRuns['children'][number] }) {
  return (
    <Link href={`/runs/${run.runId}`} className="link">
      <Foreign text={run.name} />
    </Link>
  );
}
