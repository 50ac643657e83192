/** One source: its form, its revisions, its YAML. */
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { requireActor } from '#app/_server/actor.ts';
import { LaunchButton } from '#app/_shared/launch/launch-button.tsx';
import { StandsStill } from '#app/_shared/not-while.tsx';
import { Banner } from '#app/ui/banner.tsx';
import { DownloadLink, LinkButton } from '#app/ui/button.tsx';
import { CodeBlock } from '#app/ui/code-block.tsx';
import { None } from '#app/ui/key-value.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { PageHeader, Section } from '#app/ui/page-header.tsx';
import { ErrorState, NoSuch } from '#app/ui/states.tsx';
import { Badge } from '#app/ui/status-badge.tsx';
import { TabLinks } from '#app/ui/tabs.tsx';
import { Time } from '#app/ui/time.tsx';
import { can } from '#lib/actor/model.ts';
import { whySourceWaits } from '#lib/items/waiting/stands-still.ts';
import type { JsonObject, WrittenJson } from '#lib/json.ts';
import { diffJson, type JsonChange } from '#lib/records/diff.ts';
import { getSourceType } from '#lib/source-types/registry.ts';
import {
  listRevisions,
  listSources,
  type SourceRevision,
  type SourceSummary,
} from '#lib/sources/read-sources.ts';
import { sourcesToYaml } from '#lib/sources/yaml.ts';
import { formModelOf } from '../form-model.ts';
import { DeleteButton, PauseButton, RollBackButton } from '../source-controls.tsx';
import { SourceForm } from '../source-form.tsx';
import { rateInWords, SourceStateBadge } from '../source-words.tsx';

export const metadata: Metadata = { title: 'Source' };

const tabs = ['settings', 'revisions', 'yaml'] as const;
type Tab = (typeof tabs)[number];

export default async function SourcePage({
  params,
  searchParams,
}: {
  readonly params: Promise<{ sourceId: string }>;
  readonly searchParams: Promise<{ tab?: string | string[] }>;
}) {
  const actor = await requireActor();
  const [{ sourceId }, search] = await Promise.all([params, searchParams]);
  const tab: Tab = tabs.find((name) => name === search.tab) ?? 'settings';
  const loaded = await loadPage(async ({ runtime: { db } }) => {
    const sources = await listSources(db);
    const source = sources.find((one) => one.sourceId === sourceId);
    if (!source) return null;
    // Of the form's, the newest tells who saved last.
    const most = { settings: 1, revisions: 50, yaml: 0 }[tab];
    return {
      source,
      waits: await whySourceWaits(db, source),
      revisions: most > 0 ? await listRevisions(db, sourceId, most) : [],
    };
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
  const { source, waits, revisions } = loaded.data;
  const canChange = can(actor.role, 'sources:change');
  const href = (name: Tab) => `/sources/${sourceId}${name === 'settings' ? '' : `?tab=${name}`}`;
  return (
    <div className="flex flex-col gap-4">
      <LiveRefresh />
      <PageHeader
        title={source.name}
        back={{ href: '/sources', label: 'Sources' }}
        meta={
          <>
            <SourceStateBadge source={source} />
            <span>{source.type}</span>
            <span>{rateInWords(source.rateDelayMs)}</span>
            <span>revision {source.revision}</span>
          </>
        }
        actions={
          <Actions source={source} canChange={canChange} canRun={can(actor.role, 'runs:change')} />
        }
      />
      {source.pausedAt === null ? (
        <StandsStill waits={waits} />
      ) : (
        <Banner kind="warn" title="This source is paused">
          Since <Time at={source.pausedAt} />
          {source.pausedReason ? `: ${source.pausedReason}` : ''}. Nothing is fetched from it.
        </Banner>
      )}
      <TabLinks
        label="Parts of the source"
        tabs={[
          { href: href('settings'), label: 'Settings and seeds', isCurrent: tab === 'settings' },
          {
            href: href('revisions'),
            label: 'Revisions',
            count: source.revision,
            isCurrent: tab === 'revisions',
          },
          { href: href('yaml'), label: 'YAML', isCurrent: tab === 'yaml' },
        ]}
      />
      {tab === 'settings' ? (
        <SourceForm
          // A new revision resets the form, also when someone else saved it.
          key={source.revision}
          draftKey={`source:${sourceId}`}
          model={formModelOf(getSourceType(source.type))}
          start={source}
          saved={source}
          lastChange={
            revisions[0] ? { by: revisions[0].changedBy, at: revisions[0].changedAt } : null
          }
          canChange={canChange}
          canSetSecrets={can(actor.role, 'sources:secrets')}
        />
      ) : null}
      {tab === 'revisions' ? (
        <Revisions
          sourceId={sourceId}
          current={source.revision}
          revisions={revisions}
          canChange={canChange}
        />
      ) : null}
      {tab === 'yaml' ? <Yaml source={source} /> : null}
    </div>
  );
}

function Actions({
  source,
  canChange,
  canRun,
}: {
  readonly source: SourceSummary;
  readonly canChange: boolean;
  readonly canRun: boolean;
}) {
  const { sourceId, name, type, enabled } = source;
  const items = Object.values(source.counts).reduce((sum, count) => sum + count, 0);
  return (
    <>
      <LinkButton href={`/work-items?${new URLSearchParams({ source: name }).toString()}`}>
        Show its items
      </LinkButton>
      {canChange ? (
        <>
          <LinkButton href={`/sources/new?from=${sourceId}`}>Duplicate</LinkButton>
          <PauseButton sourceId={sourceId} name={name} isPaused={source.pausedAt !== null} />
          <DeleteButton sourceId={sourceId} name={name} items={items} />
        </>
      ) : null}
      {canRun && enabled ? (
        <LaunchButton sources={[{ name, type, enabled }]} preset={[name]} label="Run now" />
      ) : null}
    </>
  );
}

function Yaml({ source }: { readonly source: SourceSummary }) {
  const query = new URLSearchParams({ name: source.name });
  return (
    <Section
      title="As in a configuration file"
      aside={
        <DownloadLink href={`/sources/export?${query.toString()}`} size="sm">
          Download
        </DownloadLink>
      }
    >
      <div className="flex flex-col gap-2">
        <CodeBlock label="YAML of the source" maxHeight="40rem">
          {sourcesToYaml([source])}
        </CodeBlock>
        <p className="text-xs text-ink-3">
          Secrets are never included, only the references to where they stand.
        </p>
      </div>
    </Section>
  );
}

/** Every save of a source, what it changed, and the way back. */
function Revisions({
  sourceId,
  current,
  revisions,
  canChange,
}: {
  readonly sourceId: string;
  readonly current: number;
  readonly revisions: readonly SourceRevision[];
  readonly canChange: boolean;
}) {
  return (
    <ol className="flex flex-col gap-3">
      {revisions.map((revision, at) => (
        <li key={revision.revision}>
          <Section
            title={
              <span className="flex items-center gap-2">
                Revision {revision.revision}
                {revision.revision === current ? <Badge tone="done">current</Badge> : null}
              </span>
            }
            aside={
              <>
                <span>{revision.changedBy ?? <None word="unknown" />}</span>
                <Time at={revision.changedAt} />
                {canChange && revision.revision !== current ? (
                  <RollBackButton
                    sourceId={sourceId}
                    revision={revision.revision}
                    current={current}
                  />
                ) : null}
              </>
            }
          >
            {revision.note ? <p className="mb-2 text-sm text-ink-2">{revision.note}</p> : null}
            <Changes revision={revision} before={revisions[at + 1]} />
          </Section>
        </li>
      ))}
    </ol>
  );
}

const contentOf = ({ enabled, settings, seeds }: SourceRevision): JsonObject => ({
  enabled,
  settings,
  seeds: [...seeds],
});

function Changes({
  revision,
  before,
}: {
  readonly revision: SourceRevision;
  readonly before: SourceRevision | undefined;
}) {
  if (!before) {
    return (
      <p className="text-sm text-ink-3">
        {revision.revision === 1
          ? 'The source was created.'
          : 'The revision before it is no longer listed.'}
      </p>
    );
  }
  const { changes } = diffJson(contentOf(before), contentOf(revision));
  if (changes.length === 0) {
    return <p className="text-sm text-ink-3">No setting changed; a secret was set or removed.</p>;
  }
  return (
    <ul className="flex flex-col gap-1">
      {changes.map((change) => (
        <Change key={change.path.join('.')} change={change} />
      ))}
    </ul>
  );
}

function Change({ change }: { readonly change: JsonChange }) {
  return (
    <li className="mono flex flex-wrap items-baseline gap-x-2 wrap-anywhere">
      <span className="text-ink-2">{change.path.join('.')}</span>
      {change.before === undefined ? null : (
        <del className="bg-failed-soft text-failed">{inWords(change.before)}</del>
      )}
      {change.after === undefined ? null : (
        <ins className="bg-done-soft text-done no-underline">{inWords(change.after)}</ins>
      )}
    </li>
  );
}

const inWords = (value: WrittenJson) =>
  typeof value === 'string' ? value : JSON.stringify(value).slice(0, 500);
