/** How a run came to where it is: what was found against what was done, and what it has stored so far. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import { isStatementTimeout } from '#db/errors.ts';
import type { Instant } from '#db/schema.ts';
import { latestEvents } from '#lib/events/list-events.ts';
import type { Run } from './model.ts';

export interface CurvePoint {
  readonly at: Instant;
  /** Items known by then. */
  readonly found: number;
  /** Of them, those that were fetched, or failed. */
  readonly done: number;
  /** Of them, those that were skipped: by a cancelled run, robots.txt, a person, or because they are missing. */
  readonly skipped: number;
}

/** A running run has some hundred summaries, however long it takes. */
const mostSummaries = 200;
const summary = z.object({
  total: z.number(),
  processed: z.number(),
  skipped: z.number().default(0),
});

/**
 * From its beginning to its end, or to now: as its summaries in the run log have it, and as it is.
 * @param now by the database's clock
 */
export async function readRunCurve(
  session: Session,
  run: Run,
  now: Instant,
): Promise<CurvePoint[]> {
  const { events } = await latestEvents(session, {
    runId: run.runId,
    kinds: ['run.progress'],
    limit: mostSummaries,
  });
  const points = events.flatMap(({ at, data }) => {
    const read = summary.safeParse(data);
    if (!read.success) return [];
    const { total, processed, skipped } = read.data;
    return [{ at, found: total, done: processed - skipped, skipped }];
  });
  return [
    { at: run.startedAt, found: 0, done: 0, skipped: 0 },
    ...points.toReversed(),
    {
      at: run.completedAt ?? now,
      found: run.itemsTotal,
      done: run.itemsProcessed - run.itemsSkipped,
      skipped: run.itemsSkipped,
    },
  ];
}

export interface RunMedia {
  readonly types: readonly {
    /** Without parameters, in lower case; null = the answers did not say. */
    readonly type: string | null;
    readonly records: number;
    /** As received; of records whose length is not known nothing. */
    readonly bytes: number;
  }[];
  /** Only the latest records were counted. */
  readonly isPart: boolean;
}

export const mostMediaRecords = 3_000;
const timeoutMs = 2_000;

/** The latest 3,000 records of a run by their media type, the most frequent first; null when that took too long. */
export async function readRunMedia(session: Session, runId: string): Promise<RunMedia | null> {
  const { engine } = session;
  try {
    return await engine.withTimeout(session, timeoutMs, async (s) => {
      const latest = s.q
        .selectFrom('IngestRecords')
        .select(['content_type', 'body_bytes'])
        .where('run_id', '=', runId)
        .orderBy('fetched_at_utc', 'desc')
        .orderBy('ingest_id', 'desc');
      const rows = await s.q
        .selectFrom(engine.take(latest, mostMediaRecords).as('latest'))
        .select((eb) => [
          'content_type',
          eb.fn.countAll<number>().as('records'),
          sql<number>`sum(coalesce(body_bytes, 0))`.as('bytes'),
        ])
        .groupBy('content_type')
        .execute();
      const byType = Map.groupBy(rows, ({ content_type: text }) => mediaType(text));
      const types = [...byType].map(([type, some]) => ({
        type,
        records: some.reduce((sum, { records }) => sum + Number(records), 0),
        bytes: some.reduce((sum, { bytes }) => sum + Number(bytes), 0),
      }));
      const records = types.reduce((sum, one) => sum + one.records, 0);
      return {
        types: types.toSorted((a, b) => b.records - a.records),
        isPart: records === mostMediaRecords,
      };
    });
  } catch (error) {
    if (isStatementTimeout(error)) return null;
    throw error;
  }
}

/** `Text/HTML; charset=utf-8` → `text/html`. */
const mediaType = (text: string | null): string | null =>
  text?.split(';', 1)[0]?.trim().toLowerCase() || null;
