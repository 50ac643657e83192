/** Watches when a fetch sends its requests, so that the fleet keeps the source's polite delay. */
import type { HttpClient } from '#lib/egress/http-client.ts';
import { pause } from '../patience.ts';

export interface PoliteHttp {
  readonly http: HttpClient;
  /** Waits until the delay has passed since the latest request; at once before the first. */
  readonly politePause: () => Promise<void>;
  /** Monotonic clock when the latest request was surely sent, ms; null when none was. */
  lastSentAt(): number | null;
  /** How many were sent. */
  sent(): number;
}

/**
 * The server sees a request later than we begin it (name look-up, connecting, TLS), so the moment
 * taken is the latest at which it can have been sent: the first byte of the (last) answer, or the
 * failure when there was none.
 */
export function politeHttp(http: HttpClient, delayMs: number, signal: AbortSignal): PoliteHttp {
  let sentAt: number | null = null;
  let sent = 0;
  const politePause = async () => {
    if (sentAt === null) return;
    const waitMs = sentAt + delayMs - performance.now();
    if (waitMs > 0) await pause(Math.ceil(waitMs), signal);
    signal.throwIfAborted();
  };
  return {
    http: {
      ...http,
      async request(request) {
        sent += 1;
        try {
          const response = await http.request({
            ...request,
            // A redirect is a request like any other.
            async beforeRedirect() {
              sentAt = performance.now();
              await politePause();
              sent += 1;
            },
          });
          const { totalMs, firstByteMs } = response.timings;
          sentAt = performance.now() - (totalMs - firstByteMs);
          return response;
        } catch (error) {
          sentAt = performance.now();
          throw error;
        }
      },
    },
    politePause,
    lastSentAt: () => sentAt,
    sent: () => sent,
  };
}
