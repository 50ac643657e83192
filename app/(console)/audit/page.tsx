import { Download, ScrollText } from 'lucide-react';
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { type FilteredList, filteredList } from '#app/_server/filtered-list.ts';
import { exportChoices } from '#app/_shared/export-choices.ts';
import { ListFilter } from '#app/_shared/filters/list-filter.tsx';
import { listAddress } from '#app/_shared/list-address.ts';
import { ParameterProblems } from '#app/ui/banner.tsx';
import { DownloadLink, LinkButton } from '#app/ui/button.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { JsonView } from '#app/ui/json-view.tsx';
import { Link } from '#app/ui/link.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { countOf } from '#app/ui/num.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { Pagination, pageSummary } from '#app/ui/pagination.tsx';
import { EmptyState, ErrorState, SearchOn } from '#app/ui/states.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import { may } from '#lib/actor/model.ts';
import { requireSources } from '#lib/actor/require-permission.ts';
import { auditFilters } from '#lib/audit/audit-filters.ts';
import { readChainState } from '#lib/audit/chain-state.ts';
import { listAudit, parseAuditQuery } from '#lib/audit/list-audit.ts';
import type { AuditRecord } from '#lib/audit/record-audit.ts';
import type { RawParameters } from '#lib/paging/parameters.ts';
import { ChainLine } from './chain-line.tsx';

export const metadata: Metadata = { title: 'Audit' };

export default async function AuditPage({
  searchParams,
}: {
  readonly searchParams: Promise<RawParameters>;
}) {
  const raw = await searchParams;
  const list = await filteredList('audit', '/audit', auditFilters, raw);
  const { query, problems } = parseAuditQuery(raw, list.clock);
  const loaded = await loadPage(async ({ reads, runtime, actor }) => {
    requireSources(actor, 'all');
    return {
      ...(await listAudit(reads, query)),
      chain: await readChainState(runtime.db),
      mayVerify: may(actor, 'database:examine'),
    };
  });
  const filter = (
    <>
      <ListFilter of={list} placeholder="Filter by who, what, when …" />
      <ParameterProblems problems={[...list.unread, ...problems]} />
    </>
  );
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Audit" />
        {filter}
        <ErrorState
          error={loaded.error}
          action={<LinkButton href="/audit">Open the first page</LinkButton>}
        />
      </>
    );
  }
  const { rows, next, previous, searched, chain, mayVerify } = loaded.data;
  const pageHref = (cursor: string | null) => (cursor === null ? null : list.href({ cursor }));
  const { isFiltered } = list;
  return (
    <>
      <LiveRefresh />
      <PageHeader
        title="Audit"
        meta="who changed what, newest first"
        actions={<Exports list={list} />}
      />
      <ChainLine state={chain} mayVerify={mayVerify} />
      {filter}
      {rows.length === 0 && searched !== null && next !== null ? (
        <SearchOn
          searched={countOf(searched, 'entry', 'entries')}
          href={list.href({ cursor: next })}
          narrower="A target or a day narrows it."
        />
      ) : rows.length === 0 ? (
        <EmptyState
          icon={<ScrollText aria-hidden />}
          title={isFiltered ? 'No entry matches the filter' : 'Nothing has been changed yet'}
          action={isFiltered ? <LinkButton href="/audit">Show all entries</LinkButton> : null}
        >
          Every change by a person, a schedule or a command is recorded here, in the same
          transaction as the change itself.
        </EmptyState>
      ) : (
        <div>
          <TableRegion label="Audit log">
            <Thead>
              <tr>
                <Th>When</Th>
                <Th className="max-sm:hidden">Who</Th>
                <Th className="max-sm:hidden">Action</Th>
                <Th>What happened</Th>
              </tr>
            </Thead>
            <tbody>
              {rows.map((entry) => (
                <AuditRow key={entry.auditId} entry={entry} />
              ))}
            </tbody>
          </TableRegion>
          <Pagination
            label="Pages of the audit log"
            summary={pageSummary(loaded.data, 'entry', 'entries')}
            previousHref={pageHref(previous)}
            nextHref={pageHref(next)}
          />
        </div>
      )}
    </>
  );
}

function Exports({ list: { current } }: { readonly list: FilteredList }) {
  return exportChoices.map(({ words, parameters }) => (
    <DownloadLink
      key={words}
      href={listAddress('/api/export/audit', current, { find: null, ...parameters })}
      variant="quiet"
      size="sm"
      icon={<Download aria-hidden />}
    >
      Export {words}
    </DownloadLink>
  ));
}

function AuditRow({ entry }: { readonly entry: AuditRecord }) {
  const hasStates = entry.before !== null || entry.after !== null;
  return (
    <Tr>
      <Td className="align-top! py-1.5">
        <Time at={entry.at} />
        <span className="mono block text-xs text-ink-3">
          {entry.link === null ? 'not sealed yet' : `#${entry.link.position}`}
        </span>
      </Td>
      <Td className="align-top! py-1.5 max-sm:hidden">
        <Link
          href={`/audit?actor=${encodeURIComponent(entry.actorEmail)}`}
          className="whitespace-nowrap hover:underline"
        >
          {entry.actorEmail}
        </Link>
        {entry.address === null ? null : (
          <span className="mono block text-xs text-ink-3">{entry.address}</span>
        )}
      </Td>
      <Td className="align-top! py-1.5 max-sm:hidden">
        <Link
          href={`/audit?action=${encodeURIComponent(entry.action)}`}
          className="mono whitespace-nowrap text-ink-2 hover:underline"
        >
          {entry.action}
        </Link>
      </Td>
      <Td className="w-full py-1.5 max-sm:wrap-anywhere sm:min-w-80">
        <span className="block text-xs text-ink-3 sm:hidden">
          {entry.actorEmail} · <span className="mono">{entry.action}</span>
        </span>
        {hasStates ? (
          <details>
            <summary className="w-fit rounded-sm py-0.5 hover:text-accent">
              <Foreign text={entry.summary} />
            </summary>
            <div className="grid gap-3 py-2 md:grid-cols-2">
              {entry.before === null ? null : (
                <div className="flex min-w-0 flex-col gap-1">
                  <span className="text-xs text-ink-3">Before</span>
                  <JsonView label="Before" value={entry.before} maxHeight="16rem" />
                </div>
              )}
              {entry.after === null ? null : (
                <div className="flex min-w-0 flex-col gap-1">
                  <span className="text-xs text-ink-3">After</span>
                  <JsonView label="After" value={entry.after} maxHeight="16rem" />
                </div>
              )}
            </div>
          </details>
        ) : (
          entry.summary
        )}
        <TargetLink entry={entry} />
        {entry.isWhole ? null : (
          <span className="block text-xs font-medium text-failed">
            This is not what was written: its hash is another.
          </span>
        )}
      </Td>
    </Tr>
  );
}

const targets: Readonly<Record<string, readonly [words: string, href: (id: string) => string]>> = {
  'bulk-action': ['Open the background action', (id) => `/bulk-actions/${id}`],
  'work-item': ['Open the item', (id) => `/work-items/${id}`],
  record: ['Open the record', (id) => `/records/${id}`],
  run: ['Open the run', (id) => `/runs/${id}`],
  alert: ['Open the alerts', () => '/alerts'],
  channel: ['Open the channels', () => '/alerts?tab=channels'],
  'alert-rule': ['Open the rules', () => '/alerts?tab=rules'],
  schedule: ['Open the schedules', () => '/schedules'],
  source: [
    'Compare its revisions, and roll back',
    (id) => `/sources/${encodeURIComponent(id)}?tab=revisions`,
  ],
};

/** From an entry of the log to what it changed, and so to the way back where there is one. */
function TargetLink({ entry: { action, targetType, targetId } }: { readonly entry: AuditRecord }) {
  const target = targets[targetType];
  if (!target || targetId === null || action.endsWith('.delete')) return null;
  const [words, href] = target;
  return (
    <Link href={href(targetId)} className="link inline-flex min-h-6 items-center text-xs">
      {words}
    </Link>
  );
}
