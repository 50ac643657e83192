/**
 * What the coming hours bring: schedules launch, what is due joins their runs, and hosts and sources are asked no faster
 * than their limits let them be. Pure: the same rules as the workers', over counts instead of items.
 */

/** Requests that wait, of one source at one host, under one run or under none. */
export interface Waiting {
  readonly source: string;
  /** Null = an item without a host. */
  readonly host: string | null;
  readonly run: string | null;
  readonly requests: number;
}

/** Items of a source that come due at the same moment. */
export interface Due {
  readonly source: string;
  readonly host: string | null;
  /** From now, ms; what is overdue is negative. */
  readonly inMs: number;
  readonly items: number;
  /** The part of a request that one item takes. */
  readonly share: number;
  /** Until it is due again after a fetch, ms; null = nobody knows. */
  readonly everyMs: number | null;
}

export interface Occurrence {
  readonly schedule: string;
  readonly inMs: number;
}

export interface ScheduleToCome {
  readonly schedule: string;
  /** The run of its last launch that is still going; null = none is. */
  readonly running: string | null;
  readonly sources: readonly string[];
  /** `due` takes what is due; `as before` takes what its last run took, which is given. */
  readonly takes: 'due' | 'as before' | 'unknown';
  readonly asBefore: readonly Waiting[];
  readonly maxItems: number | null;
  readonly maxRequests: number | null;
}

/** What keeps a source or a host from being asked. */
export interface Limit {
  /** The least time between two requests, ms; 0 = as fast as it answers. */
  readonly delayMs: number;
  /** Not asked before, ms from now; Infinity = until somebody changes it; 0 = it may be asked. */
  readonly closedForMs: number;
  /** Of a host: what it still lets us ask; null = it has not said. */
  readonly budget?: {
    readonly remaining: number;
    readonly limit: number | null;
    /** Null = it does not say when it is renewed. */
    readonly resetsInMs: number | null;
  } | null;
}

export interface ForecastInput {
  readonly hours: number;
  readonly waiting: readonly Waiting[];
  readonly due: readonly Due[];
  readonly schedules: readonly ScheduleToCome[];
  /** In order of time. */
  readonly occurrences: readonly Occurrence[];
  readonly sources: ReadonlyMap<string, Limit>;
  readonly hosts: ReadonlyMap<string, Limit>;
  /** Everything is stopped for so long; Infinity = until somebody goes on. */
  readonly stoppedForMs: number;
}

export type Obstacle =
  | 'stopped'
  | 'source closed'
  | 'host closed'
  | 'host budget'
  | 'host pace'
  | 'source pace';

export interface Left {
  readonly source: string;
  readonly host: string | null;
  readonly requests: number;
  readonly obstacle: Obstacle;
}

export interface Launch {
  readonly schedule: string;
  readonly inMs: number;
  /** Items that join; null = nobody knows, it has never run. */
  readonly items: number | null;
  /** False: the run before is still going then, or everything is stopped. */
  readonly launches: boolean;
}

export interface Simulated {
  readonly launches: readonly Launch[];
  /** Requests of each hour, by host (null = without one). */
  readonly hosts: ReadonlyMap<string | null, readonly number[]>;
  /** What is still waiting at the end, and what held it up. */
  readonly left: readonly Left[];
  /** Items that come due in the time and that no schedule takes, by source. */
  readonly untaken: ReadonlyMap<string, number>;
}

export const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const stepMs = 600_000;

interface Queue {
  readonly source: string;
  readonly host: string | null;
  /** In order; each of one run. */
  waiting: { run: string | null; requests: number }[];
  obstacle: Obstacle;
}

/** How many requests a limit lets through: what was not used of a step does not add up. */
class Allowance {
  readonly #limit: Limit;
  #credit = 0;
  #remaining: number | null;
  #resetAtMs: number | null;

  constructor(limit: Limit | undefined) {
    this.#limit = limit ?? { delayMs: 0, closedForMs: 0 };
    this.#remaining = this.#limit.budget?.remaining ?? null;
    this.#resetAtMs = this.#limit.budget?.resetsInMs ?? null;
  }

  begin(atMs: number): void {
    if (this.#resetAtMs !== null && atMs >= this.#resetAtMs) {
      this.#remaining = this.#limit.budget?.limit ?? null;
      this.#resetAtMs += dayMs;
    }
    const { delayMs } = this.#limit;
    if (delayMs === 0) this.#credit = Number.POSITIVE_INFINITY;
    else this.#credit = Math.min(this.#credit + stepMs / delayMs, Math.max(1, stepMs / delayMs));
  }

  isClosed(atMs: number): boolean {
    return atMs < this.#limit.closedForMs;
  }

  isSpent(): boolean {
    return this.#remaining !== null && this.#remaining < 1;
  }

  get room(): number {
    return Math.floor(Math.min(this.#credit, this.#remaining ?? Number.POSITIVE_INFINITY) + 1e-9);
  }

  take(requests: number): void {
    this.#credit -= requests;
    if (this.#remaining !== null) this.#remaining -= requests;
  }
}

export function simulate(input: ForecastInput): Simulated {
  const queues = new Map<string, Queue>();
  const add = ({ source, host, run, requests }: Waiting) => {
    if (requests <= 0) return;
    const key = JSON.stringify([source, host]);
    const queue: Queue = queues.get(key) ?? { source, host, waiting: [], obstacle: 'host pace' };
    queue.waiting.push({ run, requests });
    queues.set(key, queue);
  };
  for (const one of input.waiting) add(one);
  const allowances = {
    sources: new Map([...input.sources].map(([name, limit]) => [name, new Allowance(limit)])),
    hosts: new Map([...input.hosts].map(([host, limit]) => [host, new Allowance(limit)])),
  };
  const pool = input.due.toSorted((a, b) => a.inMs - b.inMs);
  const running = new Map(input.schedules.map(({ schedule, running: run }) => [schedule, run]));
  const byName = new Map(input.schedules.map((one) => [one.schedule, one]));
  const hosts = new Map<string | null, number[]>();
  const launches: Launch[] = [];
  let next = 0;
  const endMs = input.hours * hourMs;
  for (let atMs = 0; atMs < endMs; atMs += stepMs) {
    const isStopped = atMs < input.stoppedForMs;
    // Launches of this step, before its requests.
    for (; next < input.occurrences.length; next += 1) {
      const occurrence = input.occurrences[next];
      if (occurrence === undefined || occurrence.inMs >= atMs + stepMs) break;
      const schedule = byName.get(occurrence.schedule);
      if (schedule === undefined) continue;
      const before = running.get(schedule.schedule) ?? null;
      if (isStopped || (before !== null && hasWaiting(queues, before))) {
        launches.push({ ...occurrence, items: null, launches: false });
        continue;
      }
      const run = `${schedule.schedule} ${occurrence.inMs}`;
      const joined = joining(schedule, occurrence.inMs, pool, input.sources);
      for (const one of joined.waiting) add({ ...one, run });
      running.set(schedule.schedule, run);
      launches.push({ ...occurrence, items: joined.items, launches: true });
    }
    for (const one of [...allowances.sources.values(), ...allowances.hosts.values()]) {
      one.begin(atMs);
    }
    for (const queue of queues.values()) {
      const sent = isStopped ? stopQueue(queue) : serve(queue, atMs, allowances);
      if (sent === 0) continue;
      const series = hosts.get(queue.host) ?? Array.from({ length: input.hours }, () => 0);
      const hour = Math.floor(atMs / hourMs);
      series[hour] = (series[hour] ?? 0) + sent;
      hosts.set(queue.host, series);
    }
  }
  return {
    launches,
    hosts,
    left: [...queues.values()].flatMap(({ source, host, waiting, obstacle }) => {
      const requests = waiting.reduce((sum, one) => sum + one.requests, 0);
      return requests >= 1 ? [{ source, host, requests: Math.round(requests), obstacle }] : [];
    }),
    untaken: untakenIn(pool, endMs),
  };
}

function untakenIn(pool: readonly Due[], endMs: number): ReadonlyMap<string, number> {
  const untaken = new Map<string, number>();
  for (const { source, items, inMs } of pool) {
    if (inMs < endMs && items > 0) untaken.set(source, (untaken.get(source) ?? 0) + items);
  }
  return untaken;
}

const hasWaiting = (queues: ReadonlyMap<string, Queue>, run: string): boolean =>
  [...queues.values()].some(({ waiting }) => waiting.some((one) => one.run === run));

function stopQueue(queue: Queue): 0 {
  queue.obstacle = 'stopped';
  return 0;
}

/** Sends what may be sent in this step; says what holds up the rest. */
function serve(
  queue: Queue,
  atMs: number,
  allowances: {
    readonly sources: ReadonlyMap<string, Allowance>;
    readonly hosts: ReadonlyMap<string, Allowance>;
  },
): number {
  const source = allowances.sources.get(queue.source);
  const host = queue.host === null ? undefined : allowances.hosts.get(queue.host);
  const obstacle = source?.isClosed(atMs)
    ? 'source closed'
    : host?.isClosed(atMs)
      ? 'host closed'
      : host?.isSpent()
        ? 'host budget'
        : null;
  if (obstacle !== null) {
    queue.obstacle = obstacle;
    return 0;
  }
  const rooms = [source?.room, host?.room].map((room) => room ?? Number.POSITIVE_INFINITY);
  const [ofSource = 0, ofHost = 0] = rooms;
  queue.obstacle = ofSource < ofHost ? 'source pace' : 'host pace';
  let [room, sent] = [Math.min(ofSource, ofHost), 0];
  while (room > 0 && queue.waiting.length > 0) {
    const [first] = queue.waiting;
    if (first === undefined) break;
    const taken = Math.min(room, first.requests);
    first.requests -= taken;
    sent += taken;
    room -= taken;
    if (first.requests < 1e-6) queue.waiting.shift();
  }
  source?.take(sent);
  host?.take(sent);
  return sent;
}

interface Joined {
  readonly items: number | null;
  readonly waiting: readonly Omit<Waiting, 'run'>[];
}

/** What joins a run that is launched now; of what is due it is taken out of the pool, and due again later. */
function joining(
  schedule: ScheduleToCome,
  atMs: number,
  pool: Due[],
  sources: ReadonlyMap<string, Limit>,
): Joined {
  if (schedule.takes === 'unknown') return { items: null, waiting: [] };
  if (schedule.takes === 'as before') {
    const waiting = schedule.asBefore;
    return { items: waiting.reduce((sum, one) => sum + one.requests, 0), waiting };
  }
  const waiting: Omit<Waiting, 'run'>[] = [];
  let [items, requests] = [0, 0];
  const [mostItems, mostRequests] = [
    schedule.maxItems ?? Number.POSITIVE_INFINITY,
    schedule.maxRequests ?? Number.POSITIVE_INFINITY,
  ];
  // All sources that there are, where none is named.
  const names = new Set(schedule.sources.length > 0 ? schedule.sources : sources.keys());
  for (const [at, due] of [...pool.entries()]) {
    if (due.inMs > atMs) break;
    if (due.items === 0 || !names.has(due.source)) continue;
    const fitting = Math.min(
      due.items,
      mostItems - items,
      Math.floor((mostRequests - requests) / due.share + 1e-6),
    );
    if (fitting <= 0) break;
    items += fitting;
    requests += fitting * due.share;
    waiting.push({ source: due.source, host: due.host, requests: fitting * due.share });
    pool[at] = { ...due, items: due.items - fitting };
    if (due.everyMs !== null) comeAgain(pool, { ...due, inMs: atMs + due.everyMs, items: fitting });
  }
  return { items, waiting };
}

/** In its place by time, behind what is due earlier. */
function comeAgain(pool: Due[], due: Due): void {
  const at = pool.findLastIndex(({ inMs }) => inMs <= due.inMs);
  pool.splice(at + 1, 0, due);
}
