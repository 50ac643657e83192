/** Watches when a fetch sends its requests, so that the fleet keeps the source's polite delay. */
import type { HttpClient, HttpRequest, HttpResponse } from '#lib/egress/http-client.ts';
import { pause } from '../retry-transient.ts';
import type { EnterHost, HostVisit } from './visit-host.ts';

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
}

/**
 * The server sees a request later than we begin it (name look-up, connecting, TLS), so the moment
 * taken is the latest at which it can have been sent: the first byte of the (last) answer, or the
 * failure when there was none.
 */
export function politeHttp(
  http: HttpClient,
  delayMs: number,
  signal: AbortSignal,
  enterHost: EnterHost,
): PoliteHttp {
  let sentAt: number | null = null;
  let sent = 0;
  /** Hosts that requests under way began with: the item's, and that of a robots.txt asked on the way. */
  const homes: string[] = [];
  const visits: HostVisit[] = [];
  const politePause = async () => {
    if (sentAt === null) return;
    const leastMs = Math.max(delayMs, visits.at(-1)?.delayMs ?? 0);
    const waitMs = sentAt + leastMs - performance.now();
    if (waitMs > 0) await pause(Math.ceil(waitMs), signal);
    signal.throwIfAborted();
  };

  async function request(asked: HttpRequest): Promise<HttpResponse> {
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
        async beforeRedirect(next) {
          sentAt = performance.now();
          if (next.host === (visit?.host ?? home)) await politePause();
          else await enter(next.host);
          const before = sent;
          await asked.beforeRedirect?.(next);
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
    }
  }

  return {
    http: { ...http, request },
    politePause,
    lastSentAt: () => sentAt,
    sent: () => sent,
    visit: () => visits.at(-1) ?? null,
  };
}
