/** A month of each source: what was fetched, what came of it, and what it cost. From the days that are kept of each. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import type { SourceDayNumber } from '#db/schema.ts';
import { type Actor, isSeen, type Sight, sightOf } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { type ExportRequest, type ExportText, pagesAsText } from '#lib/exports/pages-as-text.ts';
import type { StaleShare } from '#lib/metrics/model.ts';
import { totalsBySource } from '#lib/metrics/overview.ts';
import { numbersOfDay, sourceDays, sumsOfDays } from '#lib/metrics/source-days.ts';
import { recentStaleShares } from '#lib/metrics/stale-shares.ts';
import { readNow } from '#lib/now.ts';
import { ofSources } from '#lib/paging/of-sight.ts';
import { staleDays } from './stale-days.ts';

/** `2026-11`; days are those of UTC. */
export const monthSchema = z
  .string()
  .regex(/^20\d\d-(0[1-9]|1[0-2])$/, 'must be a month such as 2026-11');

/** Of so many sources with the most items the staleness is counted; it reads an index of each. */
const mostCounted = 100;

export interface ReportRow extends Readonly<Record<SourceDayNumber, number>> {
  readonly source: string;
  /** Requests for one fetch that brought something new; null = there was none. */
  readonly requestsPerChange: number | null;
  /** Not fetched for 30 days, as of now; null = not counted: the month is over, or the source is gone. */
  readonly stale: Pick<StaleShare, 'stale' | 'total' | 'isAtLeast'> | null;
}

export interface Report {
  readonly month: string;
  /** It goes on. */
  readonly isRunning: boolean;
  /** Neighbours that may have something; null = not yet, or no longer kept. */
  readonly before: string | null;
  readonly after: string | null;
  /** By name; none = nothing was asked for in the month. */
  readonly rows: readonly ReportRow[];
  readonly total: Readonly<Record<SourceDayNumber, number>>;
  /** Of all sources together: every day of the month that has begun, oldest first. */
  readonly days: readonly ReportDay[];
}

export interface ReportDay extends Readonly<Record<SourceDayNumber, number>> {
  /** `2026-11-30`, of UTC. */
  readonly day: string;
}

/** Months that are kept whole. */
const keptMonths = 12;

const monthAt = (month: string, by: number): string => {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7);
};

/**
 * @param month absent = the present one
 * @param sight of which sources
 */
export async function readReport(
  session: Session,
  month?: string,
  sight: Sight = null,
): Promise<Report> {
  const now = await readNow(session);
  const present = now.slice(0, 7);
  const shown = month ?? present;
  const isRunning = shown === present;
  const sums = await sumDays(session, shown, 'source_name', sight);
  const ofDays = await sumDays(session, shown, 'day', sight);
  const byDay = new Map(ofDays.map((row) => [dayOf(row.of), row]));
  const stale = isRunning
    ? await readStale(session, sight)
    : new Map<string, NonNullable<ReportRow['stale']>>();
  const rows = sums.map(
    ({ of: source, ...row }): ReportRow => ({
      ...row,
      source,
      requestsPerChange: row.changed === 0 ? null : row.requests / row.changed,
      stale: stale.get(source) ?? null,
    }),
  );
  const sum = (name: SourceDayNumber) => rows.reduce((all, row) => all + row[name], 0);
  return {
    month: shown,
    isRunning,
    before: shown > monthAt(present, -keptMonths) ? monthAt(shown, -1) : null,
    after: shown < present ? monthAt(shown, 1) : null,
    rows,
    total: numbersOf(sum),
    days: daysOf(shown, now).map((day) => ({
      ...numbersOf((name) => byDay.get(day)?.[name] ?? 0),
      day,
    })),
  };
}

const dayOf = (instant: string) => instant.slice(0, 10);

/** The days of the month up to now. */
function daysOf(month: string, now: string): string[] {
  const days: string[] = [];
  const end = Math.min(Date.parse(`${monthAt(month, 1)}-01T00:00:00Z`), Date.parse(now) + 1);
  for (let at = Date.parse(`${month}-01T00:00:00Z`); at < end; at += 86_400_000)
    days.push(dayOf(new Date(at).toISOString()));
  return days;
}

/**
 * Reads as many rows as the sources have days, and the attempts that are not counted yet; a source of two types under
 * one name is one.
 */
async function sumDays(
  session: Session,
  month: string,
  by: 'source_name' | 'day',
  sight: Sight,
): Promise<(Readonly<Record<SourceDayNumber, number>> & { readonly of: string })[]> {
  const from = `${month}-01T00:00:00.000Z`;
  const to = `${monthAt(month, 1)}-01T00:00:00.000Z`;
  const seen =
    sight === null ? undefined : ofSources(session.engine, sql.ref('source_name'), sight);
  const rows = await sourceDays(session, from, to, seen)
    .select([by, ...sumsOfDays()])
    .groupBy(by)
    .orderBy(by)
    .execute();
  return rows.map((row) => ({ of: String(row[by]), ...numbersOfDay(row) }));
}

/** Each of the numbers by its name. */
const numbersOf = (of: (name: SourceDayNumber) => number): Record<SourceDayNumber, number> => ({
  fetched: of('fetched'),
  changed: of('changed'),
  failed: of('failed'),
  skipped: of('skipped'),
  missing: of('missing'),
  requests: of('requests'),
  bytes: of('bytes'),
});

async function readStale(
  session: Session,
  sight: Sight,
): Promise<ReadonlyMap<string, NonNullable<ReportRow['stale']>>> {
  const largest = totalsBySource(await session.engine.readTotals(session))
    .filter(({ sourceName }) => isSeen(sight, [sourceName]))
    .toSorted((a, b) => b.totals.completed - a.totals.completed)
    .slice(0, mostCounted);
  const { shares } = await recentStaleShares(session, largest, staleDays);
  return new Map(
    shares.map(({ sourceName, stale, total, isAtLeast }) => [
      sourceName,
      { stale, total, isAtLeast },
    ]),
  );
}

const columns = [
  'month',
  'source',
  'fetched',
  'changed',
  'failed',
  'gone',
  'skipped',
  'bytes',
  'requests',
  'requests_per_change',
  'stale_now',
  'items_now',
] as const;

/**
 * The month as a file, recorded in the audit log; `month` is that of the page.
 * @throws AppError `forbidden`, or `input_invalid` when it is no month
 */
export async function exportReport(
  db: Db,
  actor: Actor,
  { parameters, format, reads = db }: ExportRequest,
): Promise<ExportText> {
  requirePermission(actor, 'console:view');
  const parsed = monthSchema.optional().safeParse(parameters['month']);
  if (!parsed.success)
    throw new AppError('input_invalid', 'month must be a month such as 2026-11.');
  const report = await readReport(reads, parsed.data, sightOf(actor));
  await db.transaction((tx) =>
    recordAudit(tx, actor, {
      action: 'report.export',
      targetType: 'report',
      targetId: report.month,
      summary: `Exported the report of ${report.month} as ${format.toUpperCase()}`,
      after: { month: report.month },
    }),
  );
  return pagesAsText(
    {
      columns,
      read: async () => ({ rows: report.rows, next: null }),
      fields: ({ missing, requestsPerChange, stale, ...row }) => ({
        ...row,
        month: report.month,
        gone: missing,
        requests_per_change:
          requestsPerChange === null ? null : Math.round(requestsPerChange * 100) / 100,
        stale_now: stale?.stale ?? null,
        items_now: stale?.total ?? null,
      }),
    },
    format,
  );
}
