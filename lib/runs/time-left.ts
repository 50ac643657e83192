/**
 * How long a run still takes at the rate it has. Pure. What is asked at a pace of its own (a source, a host) takes its items
 * times that pace, whatever the others do; everything else shares the workers, which turn to what is left when a part is
 * done. The slower of the two is the end.
 */

/** An attempt that brought an item to its end. */
export interface Ended {
  readonly source: string;
  readonly host: string | null;
  /** ms */
  readonly agoMs: number;
  /** How long it took a place of a worker, ms. */
  readonly tookMs: number;
}

/** Items of the run that are queued or in progress. */
export interface Open {
  readonly source: string;
  /** Null = no host, or not known. */
  readonly host: string | null;
  readonly items: number;
}

/** The least time between two requests, ms, of those that have one. */
export interface Paces {
  readonly sources: ReadonlyMap<string, number>;
  readonly hosts: ReadonlyMap<string, number>;
}

export interface LeftOfRun {
  /** Those of the last minutes, the newest first. */
  readonly ended: readonly Ended[];
  readonly open: readonly Open[];
  readonly paces: Paces;
  /** Attempts of the same time after which an item is tried again. */
  readonly retried: number;
  /** Until the last of the items that wait after a failure is tried again, ms; 0 = none waits. */
  readonly retryInMs: number;
}

/** A longer silence than this was a halt: a pause, a stop, no worker, ms. */
const haltMs = 60_000;
/** Where attempts are this many times rarer as a rule, a silence is their way. */
const usualGaps = 6;
/** Fewer say less of a pace than the pace that was set. */
const enough = 8;
/** So many expected failures, and one is likely. */
const likely = 0.8;
/** Slower than this part of its pace, something else holds it up: too few workers, most often. */
const nearPace = 0.6;

/** What ended since the run moves again after its last halt; all of it where there was none. */
export function sinceHalt(ended: readonly Ended[]): readonly Ended[] {
  const gaps = ended.slice(1).map(({ agoMs }, at) => agoMs - (ended[at]?.agoMs ?? 0));
  const usual = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
  const halt = gaps.findIndex((gap) => gap > Math.max(haltMs, usual * usualGaps));
  return halt < 0 ? ended : ended.slice(0, halt + 1);
}

/** Items per ms since the first of them; what is less than a second old says too little to multiply up. */
export function rateOf(ended: readonly Ended[]): number {
  const first = ended.at(-1);
  return first === undefined ? 0 : ended.length / Math.max(1_000, first.agoMs);
}

/** ms; null when nothing has ended lately. */
export function timeLeft(run: LeftOfRun): number | null {
  const { ended, open, retried, retryInMs } = run;
  const lately = sinceHalt(ended);
  if (lately.length === 0) return null;
  const items = open.reduce((sum, one) => sum + one.items, 0);
  const failing = retried / (ended.length + retried);
  // As some of what is left fails too, the last of it waits as those do that have just failed, and some of these again.
  let waits = 0;
  const waiting = (retried * retryInMs) / Math.max(1_000, ended.at(-1)?.agoMs ?? 0);
  for (let last = Math.min(items * failing, waiting); last >= likely; last *= failing) waits += 1;
  return Math.max(workLeft(run, lately) + waits * retryInMs, retryInMs);
}

function workLeft({ open, paces }: LeftOfRun, lately: readonly Ended[]): number {
  const since = Math.max(1_000, lately.at(-1)?.agoMs ?? 0);
  const ends = [0];
  const paced = new Set<Open>();
  for (const [by, limits] of [
    ['source', paces.sources],
    ['host', paces.hosts],
  ] as const) {
    for (const [name, paceMs] of limits) {
      const own = open.filter((one) => one[by] === name);
      const items = own.reduce((sum, one) => sum + one.items, 0);
      if (paceMs <= 0 || items === 0) continue;
      const interval = intervalAt(
        paceMs,
        lately.filter((one) => one[by] === name),
        since,
      );
      if (interval === null) continue;
      ends.push(items * interval);
      for (const one of own) paced.add(one);
    }
  }
  const shared = open.filter((one) => !paced.has(one));
  const keys = new Set([...paced].map(keyOf));
  const others = lately.filter((one) => !keys.has(keyOf(one)));
  // Of what nothing ended lately, nobody knows better than of the run as a whole.
  const known = others.length === 0 ? lately : others;
  const work = shared.reduce((sum, one) => sum + one.items * costOf(one, known), 0);
  if (work > 0) ends.push((work * since) / workOf(known));
  return Math.max(...ends);
}

const keyOf = ({ source, host }: { readonly source: string; readonly host: string | null }) =>
  JSON.stringify([source, host]);

/** The time that attempts took of the places of workers, ms. */
const workOf = (ended: readonly Ended[]) =>
  ended.reduce((sum, { tookMs }) => sum + Math.max(1, tookMs), 0);

/** What an item takes of a place, as the attempts of its kind did; as all do where there were none. */
function costOf(of: Open, ended: readonly Ended[]): number {
  const same = ended.filter((one) => keyOf(one) === keyOf(of));
  const alike = same.length > 0 ? same : ended.filter((one) => one.source === of.source);
  const some = alike.length > 0 ? alike : ended;
  return workOf(some) / some.length;
}

/** The time between two items of what has a pace, ms; null where the pace is not what holds it up. */
function intervalAt(paceMs: number, ended: readonly Ended[], since: number): number | null {
  // It has not had its turn yet, or is asked so rarely.
  if (ended.length < 2) return since > 2 * paceMs * usualGaps ? null : paceMs;
  const observed = Math.max(1_000, ended.at(-1)?.agoMs ?? 0) / ended.length;
  if (observed * nearPace > paceMs) return ended.length < enough ? paceMs : null;
  return ended.length < enough ? paceMs : Math.max(paceMs, observed);
}
