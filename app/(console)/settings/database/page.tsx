/** What an examination of the database finds: what is wrong first, then what it holds and how the processes fare. */
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { KeyValue } from '#app/ui/key-value.tsx';
import { RefreshButton } from '#app/ui/live.tsx';
import { PageHeader, Section } from '#app/ui/page-header.tsx';
import { ErrorState, NoPermission } from '#app/ui/states.tsx';
import { Time } from '#app/ui/time.tsx';
import { examineForConsole, type Fact, type LeftOut } from '#lib/health/examine.ts';
import { Findings, Verdict } from './findings.tsx';
import { Processes } from './processes.tsx';
import { Sizes } from './sizes.tsx';

export const metadata: Metadata = { title: 'Database' };

const back = { href: '/settings', label: 'Settings' };

export default async function DatabasePage() {
  const loaded = await loadPage(({ runtime, actor }) => examineForConsole(runtime, actor));
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Database" back={back} />
        {loaded.error.code === 'forbidden' ? (
          <NoPermission error={loaded.error} />
        ) : (
          <ErrorState error={loaded.error} />
        )}
      </>
    );
  }
  const { database, at, facts, findings, sizes, figures, processes, leftOut } = loaded.data;
  return (
    <>
      <PageHeader
        title="Database"
        back={back}
        meta={
          <>
            <Verdict findings={findings} />
            <span>
              as of <Time at={at} />
            </span>
          </>
        }
        actions={<RefreshButton>Examine again</RefreshButton>}
      />
      <Findings findings={findings} />
      <div className="grid gap-4 lg:grid-cols-2">
        <Section title="This database">
          <Facts rows={[['Connected to', database], ...facts]} />
        </Section>
        <Processes processes={processes} />
      </div>
      <Sizes sizes={sizes} />
      {figures
        .filter(({ rows }) => rows.length > 0)
        .map(({ title, rows }) => (
          <Section key={title} title={title}>
            <Facts rows={rows} />
          </Section>
        ))}
      <NotLookedAt leftOut={leftOut} />
    </>
  );
}

function Facts({ rows }: { readonly rows: readonly Fact[] }) {
  return (
    <KeyValue
      entries={rows.map(([label, value]) => ({
        label,
        value: value === '' ? null : <span className="break-words">{value}</span>,
      }))}
    />
  );
}

/** So that nobody takes silence for health. */
function NotLookedAt({ leftOut }: { readonly leftOut: readonly LeftOut[] }) {
  if (leftOut.length === 0) return null;
  return (
    <Section title="Not looked at">
      <KeyValue entries={leftOut.map(({ what, why }) => ({ label: what, value: why }))} />
    </Section>
  );
}
