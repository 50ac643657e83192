/** The form of a source: its settings, seeds and secrets; and what takes it away. */
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { requireActor } from '#app/_server/actor.ts';
import { LinkButton } from '#app/ui/button.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { ErrorState, NoSuch } from '#app/ui/states.tsx';
import { may, reaches } from '#lib/actor/model.ts';
import { getSourceType } from '#lib/source-types/registry.ts';
import { listRevisions, listSources } from '#lib/sources/read-sources.ts';
import { formModelOf } from '../../form-model.ts';
import { SourceForm } from '../../source-form.tsx';
import { SourceStateBadge } from '../../source-words.tsx';
import { DeleteButton } from './delete-button.tsx';

export const metadata: Metadata = { title: 'Edit a source' };

export default async function EditSourcePage({
  params,
}: {
  readonly params: Promise<{ sourceId: string }>;
}) {
  const actor = await requireActor();
  const { sourceId } = await params;
  const loaded = await loadPage(async ({ runtime: { db }, sight }) => {
    const source = (await listSources(db, sight)).find((one) => one.sourceId === sourceId);
    // The newest revision tells who saved last.
    return source ? { source, last: (await listRevisions(db, sourceId, 1))[0] } : null;
  });
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Source" back={{ href: '/sources', label: 'Sources' }} />
        <ErrorState error={loaded.error} />
      </>
    );
  }
  if (!loaded.data) return <NoSuch what="source" listHref="/sources" />;
  const { source, last } = loaded.data;
  const canChange = may(actor, 'sources:change') && reaches(actor, [source.name]);
  const items = Object.values(source.counts).reduce((sum, count) => sum + count, 0);
  return (
    <div className="flex flex-col gap-4">
      <LiveRefresh />
      <PageHeader
        title={source.name}
        back={{ href: `/sources/${sourceId}`, label: source.name }}
        meta={
          <>
            <SourceStateBadge source={source} />
            <span>{source.type}</span>
            <span>revision {source.revision}</span>
          </>
        }
        actions={
          canChange ? (
            <>
              <LinkButton href={`/sources/new?from=${sourceId}`}>Duplicate</LinkButton>
              <DeleteButton sourceId={sourceId} name={source.name} items={items} />
            </>
          ) : null
        }
      />
      <SourceForm
        // A new revision resets the form, also when someone else saved it.
        key={source.revision}
        draftKey={`source:${sourceId}`}
        model={formModelOf(getSourceType(source.type))}
        start={source}
        saved={source}
        lastChange={last ? { by: last.changedBy, at: last.changedAt } : null}
        canChange={canChange}
        canSetSecrets={canChange && may(actor, 'sources:secrets')}
      />
    </div>
  );
}
