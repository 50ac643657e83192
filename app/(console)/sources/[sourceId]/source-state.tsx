/** How a source stands: its items by status, its rate, its last 30 days, how fresh it is. */

import { BarsChart } from '#app/ui/bars-chart.tsx';
import { KeyValue, None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { countOf, formatBytes, formatCount, formatShare } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { Stat, StatRow } from '#app/ui/stat.tsx';
import { Time } from '#app/ui/time.tsx';
import type { SourceDay } from '#lib/metrics/source-days.ts';
import { type Freshness, type SourceRoom, staleAfterDays } from '#lib/metrics/source-room.ts';
import type { SourceSummary } from '#lib/sources/read-sources.ts';

const itemsHref = (source: string, more: Readonly<Record<string, string>>) =>
  `/work-items?${new URLSearchParams({ source, ...more })}`;

const perMinute = (rate: number) => (rate < 10 ? rate.toFixed(1) : formatCount(Math.round(rate)));

/** Each count leads to its items. */
export function SourceStats({
  source: { name, counts },
  room,
}: {
  readonly source: SourceSummary;
  readonly room: SourceRoom;
}) {
  const stat = (label: string, status: keyof typeof counts) => (
    <Stat label={label} value={formatCount(counts[status])} href={itemsHref(name, { status })} />
  );
  return (
    <StatRow>
      {stat('Pending', 'pending')}
      {stat('In progress', 'in_progress')}
      {stat('Completed', 'completed')}
      {stat('Failed', 'failed')}
      {stat('Skipped', 'skipped')}
      <Stat label="Rate" value={`${perMinute(room.perMinute)} / min`} detail="last 10 minutes" />
    </StatRow>
  );
}

/** What it brought, day by day. */
export function History({ days }: { readonly days: readonly SourceDay[] }) {
  const bytes = days.reduce((sum, day) => sum + day.bytes, 0);
  const isEmpty = days.every(({ fetched, failed, skipped }) => fetched + failed + skipped === 0);
  return (
    <Section title="Last 30 days" aside="counted by UTC days">
      {isEmpty ? (
        <p className="text-sm text-ink-3">Nothing was fetched in this time.</p>
      ) : (
        <BarsChart
          caption="Items per day"
          unit="day"
          series={[
            { word: 'new or changed', look: 'done' },
            { word: 'unchanged', look: 'quiet' },
            { word: 'failed', look: 'failed' },
          ]}
          points={days.map((day) => ({
            at: day.day,
            values: [day.changed, day.fetched - day.changed, day.failed],
            note: formatBytes(day.bytes),
          }))}
          totalNote={formatBytes(bytes)}
        />
      )}
    </Section>
  );
}

/** How many items are past the time for which their next fetch was planned. */
export function Fresh({
  name,
  freshness: { overdue, isAtLeast, since, of, stale },
}: {
  readonly name: string;
  readonly freshness: Freshness;
}) {
  const inTime = Math.max(0, of - overdue);
  return (
    <Section title="Freshness">
      {of === 0 ? (
        <p className="text-sm text-ink-3">Nothing has been fetched yet.</p>
      ) : (
        <KeyValue
          entries={[
            {
              label: 'On time',
              value: isAtLeast ? 'not counted: too many are overdue' : formatShare(inTime, of),
            },
            {
              label: 'Overdue',
              value:
                overdue === 0 ? (
                  <None />
                ) : (
                  <>
                    <Link href={itemsHref(name, { due: '1' })} className="link">
                      {isAtLeast ? 'more than ' : ''}
                      {countOf(overdue, 'item')}
                    </Link>{' '}
                    past their planned fetch
                    {since === null ? null : (
                      <>
                        , the first since <Time at={since} />
                      </>
                    )}
                  </>
                ),
            },
            {
              label: `Not fetched for ${staleAfterDays} days`,
              value: stale ? (
                <Link
                  href={itemsHref(name, { stale: String(staleAfterDays) })}
                  className="link num"
                >
                  {stale.isAtLeast ? 'more than ' : ''}
                  {countOf(stale.stale, 'item')}
                </Link>
              ) : (
                <None word="not counted" />
              ),
            },
          ]}
        />
      )}
    </Section>
  );
}
