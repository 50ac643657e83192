import { CalendarClock } from 'lucide-react';
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { filteredList } from '#app/_server/filtered-list.ts';
import { ListFilter } from '#app/_shared/filters/list-filter.tsx';
import { ParameterProblems } from '#app/ui/banner.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { countOf, shownOf } from '#app/ui/num.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { EmptyState, ErrorState, NoMatch } from '#app/ui/states.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { ActionsTh, TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import { may } from '#lib/actor/model.ts';
import { matching } from '#lib/filters/row-filters.ts';
import type { RawParameters } from '#lib/paging/parameters.ts';
import { cronInWords } from '#lib/schedules/cron.ts';
import type { Schedule } from '#lib/schedules/model.ts';
import { scheduleFilters } from '#lib/schedules/schedule-filters.ts';
import { listSchedules } from '#lib/schedules/schedules.ts';
import { listSources } from '#lib/sources/read-sources.ts';
import { readStop } from '#lib/stops/read-stop.ts';
import { DeleteScheduleButton, ScheduleButton } from './schedule-buttons.tsx';

export const metadata: Metadata = { title: 'Schedules' };

export default async function SchedulesPage({
  searchParams,
}: {
  readonly searchParams: Promise<RawParameters>;
}) {
  const loaded = await loadPage(async ({ runtime, actor, sight }) => ({
    schedules: await listSchedules(runtime.db, sight),
    sources: (await listSources(runtime.db, sight)).map(({ name, type, enabled }) => ({
      name,
      type,
      enabled,
    })),
    mayChange: may(actor, 'schedules:change'),
    stop: await readStop(runtime.db),
  }));
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Schedules" />
        <ErrorState error={loaded.error} />
      </>
    );
  }
  const raw = await searchParams;
  const list = await filteredList('schedules', '/schedules', scheduleFilters, raw);
  const { values, problems } = scheduleFilters.read(raw, list.clock);
  const { schedules, sources, mayChange, stop } = loaded.data;
  const shown = matching(schedules, scheduleFilters.given(values));
  const create = mayChange ? <ScheduleButton sources={sources} /> : null;
  return (
    <>
      <LiveRefresh />
      <PageHeader
        title="Schedules"
        meta={schedules.length > 0 ? shownOf(shown.length, schedules.length, 'schedule') : null}
        actions={schedules.length > 0 ? create : null}
      />
      {schedules.length === 0 ? null : (
        <ListFilter of={list} placeholder="Filter by name, source, state, time …" />
      )}
      <ParameterProblems problems={[...list.unread, ...problems]} />
      {schedules.length > 0 && shown.length === 0 ? (
        <NoMatch what="schedule" href="/schedules" />
      ) : schedules.length === 0 ? (
        <EmptyState
          icon={<CalendarClock aria-hidden />}
          title="Nothing is scheduled"
          action={create}
        >
          A schedule launches a run at set times, for instance a nightly recrawl of what has not
          been fetched for seven days. Workers launch it; an occurrence is skipped while the
          previous run is still running.
        </EmptyState>
      ) : (
        <TableRegion label="Schedules">
          <Thead>
            <tr>
              <Th>Schedule</Th>
              <Th>State</Th>
              <Th>When</Th>
              <Th>Launches</Th>
              <Th>Next</Th>
              <Th>Last</Th>
              {mayChange ? <ActionsTh /> : null}
            </tr>
          </Thead>
          <tbody>
            {shown.map((schedule) => (
              <Tr key={schedule.scheduleId}>
                <Td className="min-w-28 font-medium">
                  <Foreign text={schedule.name} />
                </Td>
                <Td>
                  <StatusBadge status={schedule.enabled ? 'enabled' : 'disabled'} />
                </Td>
                <Td className="min-w-44">
                  <span title={`${schedule.cron} (${schedule.timezone})`}>
                    {cronInWords(schedule.cron)}
                  </span>{' '}
                  <span className="text-xs text-ink-3">{schedule.timezone}</span>
                </Td>
                <Td className="min-w-52">{launchWords(schedule)}</Td>
                <Td className="whitespace-nowrap">
                  <Time at={schedule.nextAt} absent="not planned" />
                  {stop !== null && schedule.enabled ? (
                    <span className="block text-xs text-warn">not while everything is stopped</span>
                  ) : null}
                </Td>
                <Td>
                  <LastOutcome schedule={schedule} />
                </Td>
                {mayChange ? (
                  <Td align="right">
                    <span className="inline-flex items-center gap-1">
                      <ScheduleButton schedule={schedule} sources={sources} />
                      <DeleteScheduleButton scheduleId={schedule.scheduleId} name={schedule.name} />
                    </span>
                  </Td>
                ) : null}
              </Tr>
            ))}
          </tbody>
        </TableRegion>
      )}
    </>
  );
}

function launchWords({ request }: Schedule): string {
  if (request === null) return 'unreadable, save it again';
  const what = {
    seed: 'seeds',
    recrawl: request.due
      ? 'recrawl of what is due'
      : request.staleDays
        ? `recrawl of items older than ${request.staleDays} d`
        : 'recrawl',
    retry: 'retry of failed items',
  }[request.kind];
  const parts = [
    what,
    request.sources.length === 0 ? 'all sources' : request.sources.join(', '),
    request.resourceType === undefined ? null : `type ${request.resourceType}`,
    request.maxItems === undefined ? null : `${countOf(request.maxItems, 'item')} at most`,
    request.maxRequests === undefined ? null : `${countOf(request.maxRequests, 'request')} at most`,
    request.maxMinutes === undefined ? null : `${countOf(request.maxMinutes, 'minute')} at most`,
    request.maxDepth === undefined ? null : `${countOf(request.maxDepth, 'hop')} at most`,
    request.priority === undefined ? null : `priority ${request.priority}`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

function LastOutcome({ schedule }: { readonly schedule: Schedule }) {
  if (schedule.lastAt === null) return <None word="never" />;
  return (
    <span className="flex flex-wrap items-center gap-x-2">
      {schedule.lastRunId && schedule.lastOutcome === 'launched' ? (
        <Link href={`/runs/${schedule.lastRunId}`} className="link">
          launched
        </Link>
      ) : (
        schedule.lastOutcome && <span className="text-warn">{schedule.lastOutcome}</span>
      )}
      <Time at={schedule.lastAt} className="text-xs text-ink-3" />
    </span>
  );
}
