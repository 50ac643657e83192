/** What a worker waits for while it claims nothing. */
import { setImmediate } from 'node:timers/promises';
import type { CompletionGroup } from '#lib/queue/finish/completion-group.ts';
import type { InFlight } from './in-flight.ts';
import type { Pulse } from './pulse.ts';
import { within } from './turn.ts';

/**
 * Until the next item is answered or leaves, at most so long; where a pulse is given, until it finds that something may
 * be claimed, of which it tells.
 */
export async function untilNext(
  completions: CompletionGroup,
  inFlight: InFlight,
  signal: AbortSignal,
  atMostMs: number,
  pulse?: Pick<Pulse, 'untilClaimable'>,
): Promise<boolean> {
  // Nobody is being asked, so nothing will join what waits to be committed.
  if (inFlight.asked === 0) void completions.flush();
  const next = inFlight.size > 0 ? [inFlight.next()] : [];
  const over = new AbortController();
  let isWoken = false;
  if (pulse) {
    const either = AbortSignal.any([signal, over.signal]);
    const claimable = pulse.untilClaimable(either, atMostMs).then(() => {
      isWoken = !over.signal.aborted;
    });
    next.push(claimable);
  }
  await within(atMostMs, signal, next.length > 0 ? Promise.race(next) : null);
  over.abort();
  // Items leave by groups: all of one are seen at once.
  await setImmediate();
  return isWoken;
}
