/** A new source: choose a template or a type, then fill in its form. */
import type { Metadata } from 'next';
import { loadPage, settle } from '#app/_server/action.ts';
import { requireActor } from '#app/_server/actor.ts';
import { Banner } from '#app/ui/banner.tsx';
import { Link } from '#app/ui/link.tsx';
import { PageHeader, Section } from '#app/ui/page-header.tsx';
import { ErrorState, NoPermission } from '#app/ui/states.tsx';
import { may } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { getSourceType, listSourceTypes } from '#lib/source-types/registry.ts';
import type { SourceType } from '#lib/source-types/source-type.ts';
import { requireSource, type Source } from '#lib/sources/read-sources.ts';
import { formModelOf } from '../form-model.ts';
import { SourceForm, type SourceFormStart } from '../source-form.tsx';

export const metadata: Metadata = { title: 'New source' };

const back = { href: '/sources', label: 'Sources' };

export default async function NewSourcePage({
  searchParams,
}: {
  readonly searchParams: Promise<
    Record<'type' | 'template' | 'from', string | string[] | undefined>
  >;
}) {
  const actor = await requireActor();
  const search = await searchParams;
  const allowed = await settle(async () => requirePermission(actor, 'sources:change'));
  if (!allowed.ok) {
    return (
      <>
        <PageHeader title="New source" back={back} />
        <NoPermission error={allowed.error} />
      </>
    );
  }
  const types = listSourceTypes();
  const { from } = search;
  if (typeof from === 'string') {
    const loaded = await loadPage(({ runtime, sight }) => requireSource(runtime.db, from, sight));
    if (!loaded.ok) {
      return (
        <>
          <PageHeader title="New source" back={back} />
          <ErrorState error={loaded.error} />
        </>
      );
    }
    return <CopyOf source={loaded.data} canSetSecrets={may(actor, 'sources:secrets')} />;
  }
  const chosen = startOf(types, search.type, search.template);
  if (!chosen) return <Choices types={types} />;
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title={`New source: ${chosen.title}`}
        back={{ href: '/sources/new', label: 'Templates and types' }}
      />
      <SourceForm
        draftKey={`new source:${chosen.title}`}
        model={formModelOf(chosen.type)}
        start={chosen.start}
        saved={null}
        canChange
        canSetSecrets={may(actor, 'sources:secrets')}
      />
    </div>
  );
}

/** The form filled in as another source is. Its secrets stay with it. */
function CopyOf({
  source,
  canSetSecrets,
}: {
  readonly source: Source;
  readonly canSetSecrets: boolean;
}) {
  const { name, enabled, settings, seeds, storedSecrets } = source;
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title={`New source: copy of ${name}`}
        back={{ href: `/sources/${source.sourceId}`, label: name }}
      />
      {storedSecrets.length > 0 ? (
        <Banner title="Its secrets are not copied">Enter them again for the new source.</Banner>
      ) : null}
      <SourceForm
        draftKey={`copy:${source.sourceId}`}
        model={formModelOf(getSourceType(source.type))}
        start={{ name: `${name} copy`.slice(0, 100), enabled, settings, seeds }}
        saved={null}
        canChange
        canSetSecrets={canSetSecrets}
      />
    </div>
  );
}

function startOf(
  types: readonly SourceType[],
  typeId: string | string[] | undefined,
  templateId: string | string[] | undefined,
): { type: SourceType; title: string; start: SourceFormStart } | null {
  for (const type of types) {
    const template = type.templates.find((one) => one.id === templateId);
    if (template) {
      const { name, settings, seeds } = template;
      return { type, title: template.title, start: { name, enabled: true, settings, seeds } };
    }
  }
  const type = types.find((one) => one.id === typeId);
  return type
    ? { type, title: type.title, start: { name: '', enabled: true, settings: {}, seeds: [{}] } }
    : null;
}

function Choices({ types }: { readonly types: readonly SourceType[] }) {
  return (
    <div className="flex max-w-4xl flex-col gap-4">
      <PageHeader title="New source" back={back} />
      <Section title="From a template">
        <div className="grid gap-2 sm:grid-cols-2">
          {types.flatMap((type) =>
            type.templates.map((template) => (
              <Choice
                key={template.id}
                href={`/sources/new?template=${template.id}`}
                title={template.title}
                description={template.description}
              />
            )),
          )}
        </div>
      </Section>
      <Section title="From an empty form">
        <div className="grid gap-2 sm:grid-cols-2">
          {types.map((type) => (
            <Choice
              key={type.id}
              href={`/sources/new?type=${type.id}`}
              title={type.title}
              description={type.description}
            />
          ))}
        </div>
      </Section>
    </div>
  );
}

function Choice({
  href,
  title,
  description,
}: {
  readonly href: string;
  readonly title: string;
  readonly description: string;
}) {
  return (
    <Link
      href={href}
      className="flex flex-col gap-0.5 rounded border border-line-strong px-3 py-2 hover:border-edge hover:bg-hover"
    >
      <span className="text-sm font-medium">{title}</span>
      <span className="text-xs text-ink-2">{description}</span>
    </Link>
  );
}
