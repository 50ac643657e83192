/** Two runs side by side; without a second one, a choice of it. */
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { loadPage } from '#app/_server/action.ts';
import { LinkButton } from '#app/ui/button.tsx';
import { Link } from '#app/ui/link.tsx';
import { PageHeader, Section } from '#app/ui/page-header.tsx';
import { ErrorState } from '#app/ui/states.tsx';
import { readNow } from '#lib/now.ts';
import { idParameter, readParameters } from '#lib/paging/parameters.ts';
import { compareRuns } from '#lib/runs/compare-runs.ts';
import { getRun } from '#lib/runs/get-run.ts';
import { listRuns } from '#lib/runs/list-runs.ts';
import { runTitle } from '../run-words.tsx';
import { ComparedErrors, ComparedFigures, ComparedSources } from './comparison.tsx';
import { OtherRuns } from './other-runs.tsx';

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
  const loaded = await loadPage(async ({ reads }) => {
    if (b === undefined) {
      const run = await getRun(reads, a);
      const { rows } = await listRuns(reads, { limit: mostOffered + 1 });
      return run && { run, others: rows.filter(({ runId }) => runId !== a) };
    }
    return compareRuns(reads, [a, b], Date.parse(await readNow(reads)));
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
        <PageHeader title={`Compare ${runTitle(data.run)} with …`} back={back} />
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
