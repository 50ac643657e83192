/** A month of each source: to read, to print, to send on by its address, and as a file. */
import { CalendarDays } from 'lucide-react';
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { ParameterProblems } from '#app/ui/banner.tsx';
import { BarsChart } from '#app/ui/bars-chart.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { formatBytes, formatCount, formatShare } from '#app/ui/num.tsx';
import { PageHeader, Section } from '#app/ui/page-header.tsx';
import { EmptyState, ErrorState } from '#app/ui/states.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { type RawParameters, readParameters } from '#lib/paging/parameters.ts';
import { monthSchema, type Report, type ReportRow, readReport } from '#lib/report/read-report.ts';
import { staleDays } from '#lib/report/stale-days.ts';
import { PrintButton } from './print-button.tsx';

export const metadata: Metadata = { title: 'Report' };

const parameters = { month: monthSchema };

export default async function ReportPage({
  searchParams,
}: {
  readonly searchParams: Promise<RawParameters>;
}) {
  const { values, problems } = readParameters(parameters, await searchParams);
  const loaded = await loadPage(({ reads, sight }) => readReport(reads, values.month, sight));
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Report" />
        <ErrorState
          error={loaded.error}
          action={<LinkButton href="/report">Try again</LinkButton>}
        />
      </>
    );
  }
  const report = loaded.data;
  const { month, isRunning, before, after, rows } = report;
  return (
    <>
      <PageHeader
        title={`Report of ${wordsOf(month)}`}
        meta={
          isRunning ? (
            <span>so far; the month goes on (UTC)</span>
          ) : (
            <span>whole month, days of UTC</span>
          )
        }
        actions={
          <div className="flex flex-wrap items-center gap-2 print:hidden">
            {before === null ? null : (
              <LinkButton href={`/report?month=${before}`}>{wordsOf(before)}</LinkButton>
            )}
            {after === null ? null : (
              <LinkButton href={`/report?month=${after}`}>{wordsOf(after)}</LinkButton>
            )}
            {rows.length === 0 ? null : (
              <>
                <a className="link text-sm" href={`/api/export/report?month=${month}`} download>
                  CSV
                </a>
                <a
                  className="link text-sm"
                  href={`/api/export/report?month=${month}&bom=1`}
                  download
                >
                  CSV for Excel
                </a>
                <PrintButton />
              </>
            )}
          </div>
        }
      />
      <ParameterProblems problems={problems} />
      {rows.length === 0 ? (
        <EmptyState
          icon={<CalendarDays aria-hidden />}
          title={`Nothing was asked for in ${wordsOf(month)}`}
          {...(isRunning ? {} : { action: <LinkButton href="/report">This month</LinkButton> })}
        >
          {before === null
            ? 'Days of sources are kept for 13 months; what is older is gone.'
            : 'No source made an attempt in it, or it is from before days were counted.'}
        </EmptyState>
      ) : (
        <>
          <Days report={report} />
          <Rows report={report} />
        </>
      )}
      {isRunning && rows.length > 0 ? (
        <p className="text-xs text-ink-3">
          Stale: not fetched for {staleDays} days, of all items of the source, as of now. To send
          this month on, use <Link href={`/report?month=${month}`}>its own address</Link>.
        </p>
      ) : null}
    </>
  );
}

/** `November 2026`. */
const wordsOf = (month: string): string =>
  new Date(`${month}-01T00:00:00Z`).toLocaleDateString('en-GB', {
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });

/** What all sources brought, day by day. */
function Days({ report: { days, total, month } }: { readonly report: Report }) {
  return (
    <Section title="Day by day" aside="all sources">
      <BarsChart
        caption={`Items per day in ${wordsOf(month)}`}
        unit="day"
        series={[
          { word: 'new or changed', look: 'done' },
          { word: 'unchanged', look: 'quiet' },
          { word: 'failed', look: 'failed' },
        ]}
        points={days.map((day) => ({
          at: `${day.day}T00:00:00.000Z`,
          values: [day.changed, Math.max(0, day.fetched - day.changed), day.failed],
          note: formatBytes(day.bytes),
        }))}
        totalNote={formatBytes(total.bytes)}
      />
    </Section>
  );
}

function Rows({ report: { rows, total, isRunning, month } }: { readonly report: Report }) {
  const all: ReportRow = {
    ...total,
    source: 'All sources',
    requestsPerChange: total.changed === 0 ? null : total.requests / total.changed,
    stale: null,
  };
  return (
    <TableRegion label={`What each source did in ${wordsOf(month)}`}>
      <Thead>
        <tr>
          <Th>Source</Th>
          <Th align="right">Fetched</Th>
          <Th align="right">Changed</Th>
          <Th align="right">Failed</Th>
          <Th align="right">Gone</Th>
          <Th align="right">Skipped</Th>
          <Th align="right">Received</Th>
          <Th align="right">Requests</Th>
          <Th align="right">Requests per change</Th>
          {isRunning ? <Th align="right">Stale now</Th> : null}
        </tr>
      </Thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.source} row={row} isRunning={isRunning} />
        ))}
        {rows.length > 1 ? <Row row={all} isRunning={isRunning} isTotal /> : null}
      </tbody>
    </TableRegion>
  );
}

function Row({
  row,
  isRunning,
  isTotal = false,
}: {
  readonly row: ReportRow;
  readonly isRunning: boolean;
  readonly isTotal?: boolean;
}) {
  const number = (value: number) => (
    <Td align="right" className="num">
      {formatCount(value)}
    </Td>
  );
  return (
    <Tr>
      <Td className={isTotal ? 'font-medium' : ''}>
        {isTotal ? (
          row.source
        ) : (
          <Link href={`/work-items?source=${encodeURIComponent(row.source)}`} className="link">
            <bdi>{row.source}</bdi>
          </Link>
        )}
      </Td>
      {number(row.fetched)}
      {number(row.changed)}
      {number(row.failed)}
      {number(row.missing)}
      {number(row.skipped - row.missing)}
      <Td align="right" className="num">
        {formatBytes(row.bytes)}
      </Td>
      {number(row.requests)}
      <Td align="right" className="num">
        {row.requestsPerChange === null ? (
          <None word="nothing changed" />
        ) : (
          row.requestsPerChange.toLocaleString('en-US', { maximumFractionDigits: 1 })
        )}
      </Td>
      {isRunning ? (
        <Td align="right" className="num">
          {row.stale === null ? (
            <None word="not counted" />
          ) : (
            `${row.stale.isAtLeast ? '≥ ' : ''}${formatShare(row.stale.stale, row.stale.total)}`
          )}
        </Td>
      ) : null}
    </Tr>
  );
}
