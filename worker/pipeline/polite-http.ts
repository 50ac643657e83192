/**
 * Requests within politeness: watches when a fetch sends them, so that the fleet keeps the source's delay, and
 * follows a redirect to another host no sooner than that host may be asked.
 */

import type { Db } from '#db/engine.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '#lib/egress/http-client.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { askToVisit, endVisit, type VisitAnswer } from '#lib/hosts/host-slot.ts';
import { newId } from '#lib/ids.ts';
import type { Logger } from '#lib/log.ts';
import { pause } from '../retry-transient.ts';

export interface PoliteHttp {
  readonly http: HttpClient;
  /** Waits until the delay has passed since the latest request; at once before the first. */
  readonly politePause: () => Promise<void>;
  /** Monotonic clock when the latest request was surely sent, ms; null when none was. */
  lastSentAt(): number | null;
  /** How many were sent. */
  sent(): number;
  /** The visit to another host under way, to which a redirect has led. */
  visit(): HostVisit | null;
  /** The fetch is over. */
  end(): void;
}

/** An answer that takes longer to read than so is read in a thread, ms. */
export const longReadMs = 100;

/**
 * @param onLongRead called when an answer has been there for a while, and neither is anything asked nor waited for
 *
 * The server sees a request later than we begin it (name look-up, connecting, TLS), so the moment
 * taken is the latest at which it can have been sent: the first byte of the (last) answer, or the
 * failure when there was none.
 */
export function politeHttp(
  http: HttpClient,
  delayMs: number,
  signal: AbortSignal,
  enterHost: EnterHost,
  onLongRead: () => void = () => undefined,
): PoliteHttp {
  /** Runs from an answer until the next pause, request or end. */
  let reading: NodeJS.Timeout | undefined;
  let sentAt: number | null = null;
  let sent = 0;
  /** Hosts that requests under way began with: the item's, and that of a robots.txt asked on the way. */
  const homes: string[] = [];
  const visits: HostVisit[] = [];
  const politePause = async () => {
    clearTimeout(reading);
    if (sentAt === null) return;
    const leastMs = Math.max(delayMs, visits.at(-1)?.delayMs ?? 0);
    const waitMs = sentAt + leastMs - performance.now();
    if (waitMs > 0) await pause(Math.ceil(waitMs), signal);
    signal.throwIfAborted();
  };

  async function request(asked: HttpRequest): Promise<HttpResponse> {
    clearTimeout(reading);
    const home = new URL(asked.url).host;
    let visit: HostVisit | null = null;
    const leave = async () => {
      if (visit === null) return;
      visits.splice(visits.indexOf(visit), 1);
      await visit.end(sentAt ?? performance.now());
      visit = null;
    };
    const enter = async (host: string) => {
      await leave();
      const isOurs = homes.includes(host) || visits.some((one) => one.host === host);
      if (isOurs) return politePause();
      visit = await enterHost(host);
      visits.push(visit);
    };
    homes.push(home);
    sent += 1;
    try {
      const response = await http.request({
        ...asked,
        // A redirect is a request like any other.
        async beforeRedirect(next, waitMs) {
          sentAt = performance.now();
          await waitAsAsked(next.host, waitMs, signal);
          if (next.host === (visit?.host ?? home)) await politePause();
          else await enter(next.host);
          const before = sent;
          await asked.beforeRedirect?.(next, waitMs);
          // It may have asked for a robots.txt.
          if (sent > before) await politePause();
          sent += 1;
        },
      });
      const { totalMs, firstByteMs } = response.timings;
      sentAt = performance.now() - (totalMs - firstByteMs);
      return response;
    } catch (error) {
      sentAt = performance.now();
      throw error;
    } finally {
      homes.splice(homes.lastIndexOf(home), 1);
      await leave();
      reading = setTimeout(onLongRead, longReadMs);
    }
  }

  return {
    http: { ...http, request },
    politePause,
    lastSentAt: () => sentAt,
    sent: () => sent,
    visit: () => visits.at(-1) ?? null,
    end: () => clearTimeout(reading),
  };
}

/** A redirect that asks for a longer wait than one fetch has fails this attempt; the next comes after it. */
async function waitAsAsked(
  host: string,
  waitMs: number | null,
  signal: AbortSignal,
): Promise<void> {
  if (waitMs === null) return;
  if (waitMs <= longestWaitMs) return pause(waitMs, signal);
  const message = `It redirects to ${host}, and asks to wait ${Math.ceil(waitMs / 1000)} s before.`;
  throw new AppError('not_ready', message, { retryAfterMs: waitMs });
}

export interface HostVisit {
  readonly host: string;
  /** Least time between two requests there, ms. */
  readonly delayMs: number;
  readonly robotsDelayMs: number | null;
  /** Releases the slot. `sentAt`: monotonic clock when the last request was surely sent there, ms. */
  end(sentAt: number): Promise<void>;
}

/** Fetches that wait for the slot of a host to which a redirect has led. */
export class WaitingVisits {
  #count = 0;
  #total = 0;
  #waitedMs = 0;

  /** Those that wait now. */
  get count(): number {
    return this.#count;
  }

  /** Waits since the start. */
  get total(): number {
    return this.#total;
  }

  /** How long those that are over took together. */
  get waitedMs(): number {
    return this.#waitedMs;
  }

  async during<T>(waiting: () => Promise<T>): Promise<T> {
    this.#count += 1;
    this.#total += 1;
    const since = performance.now();
    try {
      return await waiting();
    } finally {
      this.#count -= 1;
      this.#waitedMs += performance.now() - since;
    }
  }
}

export type EnterHost = (host: string) => Promise<HostVisit>;

/** The host that was asked first waits as long: its next request is held up by no more than this, ms. */
const longestWaitMs = 10_000;

/** Makes visits for one fetch. They throw `redirect_host_waits` when the host is shut for longer. */
export function visitor(options: {
  readonly db: Db;
  /** Only made when something is logged. */
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** The source's delay, ms. */
  readonly delayMs: number;
  /** Longer than a request may take, ms. */
  readonly leaseMs: number;
  readonly waiting: WaitingVisits;
}): EnterHost {
  const { db, signal, delayMs, leaseMs, waiting } = options;
  return async (host) => {
    const leaseId = newId();
    const until = performance.now() + longestWaitMs;
    while (true) {
      signal.throwIfAborted();
      const askedAt = performance.now();
      const answer = await askToVisit(db, { host, leaseId, leaseMs, delayMs });
      if (answer.kind === 'open') {
        return {
          host,
          delayMs: answer.delayMs,
          robotsDelayMs: answer.robotsDelayMs,
          async end(sentAt) {
            if (!answer.holdsSlot) return;
            await endVisit(db, leaseId, Math.max(0, sentAt - askedAt)).catch((err: unknown) =>
              // It expires by itself.
              options.log.warn({ err, host }, 'could not release the slot of a host'),
            );
          },
        };
      }
      if (askedAt + answer.waitMs > until) throw hostWaits(host, answer);
      await waiting.during(() => pause(Math.ceil(answer.waitMs), signal));
    }
  };
}

function hostWaits(host: string, answer: Extract<VisitAnswer, { kind: 'shut' }>): AppError {
  const because = answer.reason === null ? '' : ` (${answer.reason})`;
  return new AppError(
    'redirect_host_waits',
    `It redirects to ${host}, which is to be left alone for now${because}.`,
    { retryAfterMs: Math.ceil(answer.waitMs) },
  );
}
