/** One address, id or title to be fetched now, of a source. */
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { LinkButton } from '#app/ui/button.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { EmptyState, ErrorState, NoPermission } from '#app/ui/states.tsx';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { listSources } from '#lib/sources/read-sources.ts';
import { AddOneForm } from './add-one-form.tsx';

export const metadata: Metadata = { title: 'Add an address' };

const back = { href: '/work-items', label: 'Work items' };

export default async function AddOnePage({
  searchParams,
}: {
  readonly searchParams: Promise<{ source?: string | string[] }>;
}) {
  const { source } = await searchParams;
  const loaded = await loadPage(async ({ runtime: { db }, actor, sight }) => {
    requirePermission(actor, 'work-items:change');
    return (await listSources(db, sight)).map(({ name, type }) => ({ name, type }));
  });
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Add an address" back={back} />
        {loaded.error.code === 'forbidden' ? (
          <NoPermission error={loaded.error} />
        ) : (
          <ErrorState
            error={loaded.error}
            action={<LinkButton href="/work-items/new">Try again</LinkButton>}
          />
        )}
      </>
    );
  }
  const sources = loaded.data;
  const chosen = sources.find(({ name }) => name === source)?.name;
  return (
    <div className="flex max-w-2xl flex-col gap-4">
      <PageHeader title="Add an address" back={back} />
      {sources.length === 0 ? (
        <EmptyState
          title="There is no source yet"
          action={<LinkButton href="/sources/new">New source</LinkButton>}
        >
          An address is fetched by the rules of a source.
        </EmptyState>
      ) : (
        <AddOneForm
          sources={sources.map(({ name }) => name)}
          {...(chosen === undefined ? {} : { chosen })}
        />
      )}
    </div>
  );
}
