/** Two runs side by side; without a second one, a choice of it. */
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { loadPage } from '#app/_server/action.ts';
import { outcomeCounts, RunStatusBadge } from '#app/_shared/run-words.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { Link } from '#app/ui/link.tsx';
import { Num } from '#app/ui/num.tsx';
import { OutcomeBar } from '#app/ui/outcome-bar.tsx';
import { PageHeader, Section } from '#app/ui/page-header.tsx';
import { EmptyState, ErrorState } from '#app/ui/states.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import { isSeen } from '#lib/actor/model.ts';
import { readNow } from '#lib/now.ts';
import { narrowedPage } from '#lib/paging/narrowed-page.ts';
import { idParameter, readParameters } from '#lib/paging/parameters.ts';
import { compareRuns } from '#lib/runs/compare-runs.ts';
import { listRuns } from '#lib/runs/list-runs.ts';
import type { Run } from '#lib/runs/model.ts';
import { kindInWords } from '#lib/runs/run-name.ts';
import { getRun, sourcesOfRun } from '#lib/runs/run-row.ts';
import { ComparedErrors, ComparedFigures, ComparedSources } from './comparison.tsx';

export const metadata: Metadata = { title: 'Compare runs' };

const parameters = { a: idParameter, b: idParameter };
const mostOffered = 30;
const back = { href: '/runs', label: 'Runs' };

export default async function ComparePage({
  searchParams,
}: {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { a, b } = readParameters(parameters, await searchParams).values;
  if (a === undefined) notFound();
  const loaded = await loadPage(async ({ reads, sight }) => {
    if (b === undefined) {
      const run = await getRun(reads, a, sight);
      const { rows } = await narrowedPage(
        sight,
        { cursor: undefined, limit: mostOffered + 1 },
        (asked) => listRuns(reads, asked),
        (one) => isSeen(sight, sourcesOfRun(one)),
      );
      return run && { run, others: rows.filter(({ runId }) => runId !== a) };
    }
    return compareRuns(reads, [a, b], Date.parse(await readNow(reads)), sight);
  });
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Compare runs" back={back} />
        <ErrorState error={loaded.error} action={<LinkButton href="/runs">All runs</LinkButton>} />
      </>
    );
  }
  const { data } = loaded;
  if (!data) notFound();
  if ('others' in data) {
    return (
      <div className="flex flex-col gap-4">
        <PageHeader title={`Compare ${data.run.name} with …`} back={back} />
        <OtherRuns run={data.run} others={data.others} />
      </div>
    );
  }
  const [first, second] = data.runs;
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title="Compare runs"
        back={back}
        actions={
          <>
            <LinkButton href={`/runs/compare?a=${second.run.runId}&b=${first.run.runId}`}>
              Swap
            </LinkButton>
            <LinkButton href={`/runs/compare?a=${first.run.runId}`}>Choose another</LinkButton>
          </>
        }
      />
      <ComparedFigures runs={data.runs} />
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <Section title="Failed items by code" isFlush>
          <ComparedErrors runs={data.runs} errors={data.errors} />
        </Section>
        <Section
          title="Sources and the revisions used"
          isFlush
          aside={
            <Link href="/sources" className="link">
              All sources
            </Link>
          }
        >
          <ComparedSources runs={data.runs} sources={data.sources} />
        </Section>
      </div>
    </div>
  );
}

/** The runs that another can be compared with; those of its kind first. */
function OtherRuns({ run, others }: { readonly run: Run; readonly others: readonly Run[] }) {
  if (others.length === 0) {
    return (
      <EmptyState title="There is no other run yet">
        Once a second run has been launched, the two can be compared side by side.
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
                <Foreign text={other.name} />
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
