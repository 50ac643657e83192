/** The runs that another can be compared with; those of its kind first. */
import { Link } from '#app/ui/link.tsx';
import { Num } from '#app/ui/num.tsx';
import { OutcomeBar } from '#app/ui/outcome-bar.tsx';
import { EmptyState } from '#app/ui/states.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import type { Run } from '#lib/runs/model.ts';
import { kindInWords, outcomeCounts, RunStatusBadge, runTitle } from '../run-words.tsx';

export function OtherRuns({ run, others }: { readonly run: Run; readonly others: readonly Run[] }) {
  if (others.length === 0) {
    return (
      <EmptyState title="There is no other run yet">
        Once a second run was launched, the two can be looked at side by side.
      </EmptyState>
    );
  }
  const offered = [
    ...others.filter(({ kind }) => kind === run.kind),
    ...others.filter(({ kind }) => kind !== run.kind),
  ];
  return (
    <TableRegion label="Runs to compare with">
      <Thead>
        <tr>
          <Th>Run</Th>
          <Th>Kind</Th>
          <Th>Status</Th>
          <Th>Outcome</Th>
          <Th align="right">Items</Th>
          <Th>Started</Th>
        </tr>
      </Thead>
      <tbody>
        {offered.map((other) => (
          <Tr key={other.runId}>
            <Td className="max-w-72 min-w-40">
              <Link
                href={`/runs/compare?a=${run.runId}&b=${other.runId}`}
                className="link block truncate"
              >
                {runTitle(other)}
              </Link>
            </Td>
            <Td>{kindInWords(other.kind)}</Td>
            <Td>
              <RunStatusBadge run={other} />
            </Td>
            <Td>
              <OutcomeBar counts={outcomeCounts(other)} className="w-32" />
            </Td>
            <Td align="right">
              <Num value={other.itemsTotal} />
            </Td>
            <Td>
              <Time at={other.startedAt} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </TableRegion>
  );
}
