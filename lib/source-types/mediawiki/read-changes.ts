/**
 * Reads wikis' lists of recent changes, each once for a run in this process, and only as far back as pages
 * of the run need it.
 */
import { type Exchange, failureOf } from '../exchange.ts';
import type { FetchContext, FetchOutcome } from '../source-type.ts';
import { askWiki, isFailure, stopsAsking } from './ask.ts';
import { ChangesFeed } from './changes-feed.ts';
import { changesQuery } from './request.ts';
import type { MediawikiSettings } from './settings.ts';

type Failure = Extract<FetchOutcome, { kind: 'error' }>;

/** A run that goes on longer reads the list anew: what is asked for now is not answered with old news. */
const goodForMs = 5 * 60_000;
/** Wikis tell the time in seconds: two readings within one tell the same. */
const leastAgeMs = 1_000;
/** 5,000 changes. A list that would have to be read further is not read on. */
const mostAnswers = 10;
/** Lists kept; the one that was opened first is dropped. */
const mostKept = 8;

interface Reading {
  readonly feed: ChangesFeed;
  /** Monotonic clock, ms. */
  readonly openedAt: number;
  /** Settles when the answer under way is there; never rejects. */
  underWay: Promise<void> | null;
}

const readings = new Map<string, Reading>();

/**
 * The list as it is known after at most one request: what pages that are asked for together may spend on it
 * is what their revisions would cost. Whether it reaches back far enough is for the caller to see.
 * A list that the wiki does not give ends where it is; only a wiki that must be left alone is a failure.
 * @param moments since when changes are wanted, by the wiki's clock, ms; at least one
 */
export async function readChanges(
  exchange: Exchange,
  context: FetchContext<MediawikiSettings>,
  runId: string,
  moments: readonly number[],
): Promise<ChangesFeed | Failure> {
  const reading = readingOf(`${runId} ${context.settings.api_url}`, moments);
  const { feed } = reading;
  while (reading.underWay !== null) await reading.underWay;
  const wanted = moments.filter((moment) => !feed.reaches(moment));
  const nearest = Math.max(...wanted);
  if (wanted.length === 0 || feed.next === null || feed.answersUntil(nearest) > mostAnswers) {
    return feed;
  }
  const asked = askWiki(exchange, context, { ...changesQuery, ...feed.next });
  const underWay = asked.then(
    () => undefined,
    () => undefined,
  );
  reading.underWay = underWay;
  try {
    const answer = await asked.catch((error: unknown) => failureOf(error, exchange, context));
    if (!isFailure(answer)) feed.note(answer);
    else if (stopsAsking(answer)) return answer;
    else feed.end();
    return feed;
  } finally {
    if (reading.underWay === underWay) reading.underWay = null;
  }
}

/** The run's reading, or a new one when that was too long ago for what is asked. */
function readingOf(key: string, moments: readonly number[]): Reading {
  const now = performance.now();
  const known = readings.get(key);
  if (known !== undefined) {
    const age = now - known.openedAt;
    const isYoung = moments.every((moment) => known.feed.isYoungerThan(moment));
    if (known.underWay !== null || age < leastAgeMs || (age < goodForMs && isYoung)) return known;
  }
  const fresh: Reading = { feed: new ChangesFeed(), openedAt: now, underWay: null };
  readings.delete(key);
  readings.set(key, fresh);
  const [oldest] = readings.keys();
  if (readings.size > mostKept && oldest !== undefined) readings.delete(oldest);
  return fresh;
}
