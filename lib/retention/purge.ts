/** Deleting what has been kept long enough, oldest first, in portions that block no other transaction. */
import type { Db } from '#db/engine.ts';
import { DatabaseError, type DatabaseErrorCode } from '#db/errors.ts';
import type { PurgedKind, PurgedPortion, PurgePosition } from '#db/purge.ts';
import { sealAudit } from '#lib/audit/seal-audit.ts';
import { endTurn, takeTurn } from '#lib/turns.ts';
import { mostEvents } from './most-events.ts';
import { daysOf, readRetention, type SourceDays } from './settings.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** Far longer than anybody repeats a request: a double click, a retry, the back button. */
const requestKeyMs = 7 * dayMs;
/** A round ends after so long; the next one is not far. */
const longestRoundMs = 30 * minuteMs;
/** After this a round counts as given up, ms. */
const turnMs = 2 * longestRoundMs;
/** Between two portions, so that others come first. */
const restMs = 50;

/** A kind of things of one age, of one source where sources differ. */
export interface Subject {
  readonly kind: PurgedKind;
  readonly source?: string;
  readonly olderThanMs: number;
  readonly mostRows?: number;
}

export interface Purged extends Subject {
  readonly gone: number;
}

export interface PurgeRound {
  readonly purged: readonly Purged[];
  /** What ended it before its time: the database is full or throttled, or its log waits for this. */
  readonly stoppedBy: string | null;
}

/** Where much is kept between what goes: looked through once a day. */
const daily: ReadonlySet<PurgedKind> = new Set(['items', 'versions', 'bodies']);

/** What the settings say is too old, in the order in which it is deleted. */
export async function subjectsOf(db: Db): Promise<Subject[]> {
  const retention = await readRetention(db);
  const totals = await db.engine.readTotals(db);
  const sources = [...new Set(totals.map((row) => row.source_name))].toSorted();
  const ofAll = (kind: PurgedKind, days: number | null): Subject[] =>
    days === null ? [] : [{ kind, olderThanMs: days * dayMs }];
  const ofSources = (kind: PurgedKind, what: SourceDays): Subject[] =>
    sources.flatMap((source) =>
      ofAll(kind, daysOf(retention, source, what)).map((subject) => ({ ...subject, source })),
    );
  return [
    { kind: 'events', olderThanMs: retention.eventDays * dayMs, mostRows: mostEvents },
    { kind: 'request keys', olderThanMs: requestKeyMs },
    ...ofAll('answers', retention.eventDays),
    ...ofAll('attempts', retention.attemptDays),
    ...ofSources('records', 'recordDays'),
    ...ofSources('versions', 'versionDays'),
    { kind: 'bodies', olderThanMs: dayMs },
    ...ofSources('items', 'itemDays'),
    ...ofAll('operations', retention.operationDays),
    ...ofAll('runs', retention.runDays),
    ...ofAll('audit', retention.auditDays),
  ];
}

/**
 * One round over the subjects. It stops when the database is full, throttles or keeps its log, for deleting needs room
 * in the log too; any other fault is thrown.
 */
export async function purgeOld(
  db: Db,
  signal?: AbortSignal,
  subjects?: readonly Subject[],
): Promise<PurgeRound> {
  const purged: Purged[] = [];
  const until = performance.now() + longestRoundMs;
  for (const subject of subjects ?? (await subjectsOf(db))) {
    let gone = 0;
    let after: PurgePosition | null = null;
    let stoppedBy: string | null = null;
    // Only what is sealed may go: else nothing would stand for it.
    if (subject.kind === 'audit') await sealAudit(db);
    do {
      const at: PurgePosition | null = after;
      try {
        const portion: PurgedPortion = await db.transaction((tx) =>
          tx.engine.purge(tx, { ...subject, after: at }),
        );
        gone += portion.gone;
        after = portion.next;
        stoppedBy = portion.logWait ?? null;
      } catch (error) {
        if (!(error instanceof DatabaseError) || !holdsUp.has(error.code)) throw error;
        stoppedBy = error.code;
      }
      if (stoppedBy !== null || signal?.aborted || performance.now() > until) {
        return { purged: [...purged, { ...subject, gone }], stoppedBy };
      }
      if (after !== null) await new Promise((resolve) => setTimeout(resolve, restMs));
    } while (after !== null);
    purged.push({ ...subject, gone });
  }
  return { purged, stoppedBy: null };
}

const holdsUp: ReadonlySet<DatabaseErrorCode> = new Set(['db_full', 'db_busy']);

/** The duty of the workers: one of them does it, hourly, and what is looked through in whole once a day. */
export async function purgeInTurn(db: Db, signal?: AbortSignal): Promise<PurgeRound | null> {
  const hourly = await takeTurn(db, 'retention', { everyMs: 50 * minuteMs, atMostMs: turnMs });
  if (hourly === null) return null;
  const whole = await takeTurn(db, 'retention:daily', { everyMs: dayMs, atMostMs: turnMs });
  const all = await subjectsOf(db);
  const subjects = all.filter(({ kind }) => whole !== null || !daily.has(kind));
  const round = await purgeOld(db, signal, subjects);
  if (whole !== null) await endTurn(db, whole, round.stoppedBy === null);
  await endTurn(db, hourly, true);
  return round;
}
