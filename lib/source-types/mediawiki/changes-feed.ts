/**
 * What a wiki's list of recent changes has said so far, newest first: which pages were touched between a
 * moment in the past and the moment it was read. A page that is not in it has the revision it had. Pure.
 * See https://www.mediawiki.org/wiki/API:RecentChanges
 */
import type { WikiAnswer } from './answer.ts';
import { resourceIdOfTitle } from './title.ts';

/**
 * How much further back than the moment in question the list must reach, ms. An edit bears the moment its
 * saving began and is listed some seconds after it is committed, and a copy of the database that answers may
 * be five seconds behind (`maxlag`).
 */
export const marginMs = 5 * 60_000;

/**
 * Wikis purge their list after some time, 90 days by default. It is not relied on near that end; the
 * longest adaptive interval is well within.
 */
const longestMs = 60 * 24 * 60 * 60_000;

/** The latest that is known of a page that was touched. */
export interface Touch {
  /** The revision it has since; null when more than an edit happened to it (moved, deleted, restored, imported). */
  readonly revision: string | null;
  readonly at: number;
}

type Change = NonNullable<NonNullable<WikiAnswer['query']>['recentchanges']>[number];

/** A page that came, or came back. */
export interface Appearance {
  readonly resourceId: string;
  readonly at: number;
}

/** Moments are milliseconds since the epoch by the wiki's own clock. */
export class ChangesFeed {
  readonly #touched = new Map<string, Touch>();
  /** By page, when it came last; null when it went since. */
  readonly #came = new Map<string, number | null>();
  #asOf: number | null = null;
  #oldest = Number.POSITIVE_INFINITY;
  /** The latest entry of which the wiki hides what it was about. */
  #hidden = Number.NEGATIVE_INFINITY;
  #answers = 0;
  #next: Readonly<Record<string, string>> | null = {};

  /** When it was read; null before the first answer. */
  get asOf(): number | null {
    return this.#asOf;
  }

  /** Answers read so far. */
  get answers(): number {
    return this.#answers;
  }

  /** What continues the list; null when it is at its end or cannot be read. */
  get next(): Readonly<Record<string, string>> | null {
    return this.#next;
  }

  /** Adds the next answer. A list that is not in order, latest first, is not used at all. */
  add(answer: WikiAnswer): void {
    const asOf = momentOf(answer.curtimestamp);
    const changes = answer.query?.recentchanges?.map((change) => ({
      ...change,
      at: momentOf(change.timestamp) ?? Number.NaN,
    }));
    const times = [this.#oldest, ...(changes ?? []).map(({ at }) => at)];
    const isOrdered = times.every((at, n) => n === 0 || at <= (times[n - 1] ?? at));
    if (changes === undefined || asOf === null || !isOrdered) {
      this.#asOf = null;
      this.end();
      return;
    }
    this.#asOf ??= asOf;
    this.#answers += 1;
    for (const change of changes) {
      const { at } = change;
      this.#oldest = at;
      const titles = titlesOf(change);
      if (titles.length === 0) this.#hidden = Math.max(this.#hidden, at);
      for (const title of titles) {
        const id = resourceIdOfTitle(title);
        // What comes first is the latest.
        if (!this.#touched.has(id)) this.#touched.set(id, { revision: revisionAfter(change), at });
      }
      for (const [title, came] of comingsOf(change)) {
        const id = resourceIdOfTitle(title);
        if (!this.#came.has(id)) this.#came.set(id, came ? at : null);
      }
    }
    this.#next = answer.continue
      ? Object.fromEntries(
          Object.entries(answer.continue).map(([name, value]) => [name, String(value)]),
        )
      : null;
  }

  /** Nothing more will be read. */
  end(): void {
    this.#next = null;
  }

  /** Whether the list was read after a moment: before that it holds nothing new. */
  isYoungerThan(moment: number): boolean {
    return this.#asOf === null || moment < this.#asOf;
  }

  /**
   * Whether everything that happened since a moment stands in what was read: an older entry was seen, so the
   * wiki has not purged any younger one, and none of those between is hidden.
   */
  reaches(moment: number): boolean {
    const from = moment - marginMs;
    return (
      this.#asOf !== null &&
      moment < this.#asOf &&
      this.#asOf - from <= longestMs &&
      this.#oldest < from &&
      this.#hidden < from
    );
  }

  /**
   * How many answers it takes to reach back to a moment, if changes were as frequent before as in what was
   * read; infinite when it cannot be reached.
   */
  answersUntil(moment: number): number {
    const from = moment - marginMs;
    if (this.#asOf === null) return 1;
    if (this.#hidden >= from || this.#asOf - from > longestMs) return Number.POSITIVE_INFINITY;
    if (this.#oldest < from) return this.#answers;
    if (this.#next === null) return Number.POSITIVE_INFINITY;
    const read = Math.max(1, this.#asOf - this.#oldest);
    return Math.max(this.#answers + 1, ((this.#asOf - from) / read) * this.#answers);
  }

  /** Pages that were made, restored, imported, uploaded or moved to a title, and are there since. */
  appearances(): Appearance[] {
    return [...this.#came].flatMap(([resourceId, at]) => (at === null ? [] : { resourceId, at }));
  }

  /** The latest of what happened to a page since a moment; null = nothing. */
  touchSince(moment: number, resourceId: string): Touch | null {
    const touch = this.#touched.get(resourceId);
    return touch !== undefined && touch.at >= moment - marginMs ? touch : null;
  }
}

/** The page, and others its log entry names: where it was moved or merged to. */
function titlesOf({ title, logparams, move }: Change): string[] {
  return title === undefined ? [] : [title, ...titlesIn(logparams), ...titlesIn(move)];
}

const titlesIn = (parameters: unknown): string[] =>
  parameters !== null && typeof parameters === 'object'
    ? Object.entries(parameters).flatMap(([name, value]) =>
        /title$/.test(name) && typeof value === 'string' ? [value] : [],
      )
    : [];

/**
 * Which titles have a page by this entry (true), and which have none. An entry that hides what it did says neither; a
 * redirect that a move leaves behind is listed by no entry, and its title leads on.
 */
function comingsOf(change: Change): [string, boolean][] {
  const { type, title, logtype, logaction = '' } = change;
  if (title === undefined) return [];
  if (type === 'new') return [[title, true]];
  switch (logtype) {
    case 'delete':
      if (/^delete/.test(logaction)) return [[title, false]];
      return logaction === 'restore' ? [[title, true]] : [];
    case 'import':
    case 'upload':
    case 'create':
      return [[title, true]];
    case 'move':
      return titlesOf(change).map((one, n) => [one, n > 0]);
    default:
      return [];
  }
}

const revisionAfter = ({ type, revid }: Change): string | null =>
  (type === 'edit' || type === 'new') && revid !== undefined && revid > 0 ? String(revid) : null;

/** Of a moment as a wiki writes it (`2026-11-23T09:00:00Z`); null for anything else. */
export function momentOf(text: string | null | undefined): number | null {
  if (!text || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) return null;
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? null : moment;
}

/** A moment as a wiki writes it. */
export const wikiInstant = (moment: number): string =>
  new Date(moment).toISOString().replace('.000Z', 'Z');
