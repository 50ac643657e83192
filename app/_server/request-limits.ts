/** What sessions may ask of this process; programs have the same limits by their tokens. */
import { headers } from 'next/headers';
import {
  charge,
  countedStream,
  createRequestLimits,
  type RequestLimits,
  type StreamKind,
} from '#lib/access/request-limits.ts';
import { isStillAllowed, whileAllowed } from '#lib/access/still-allowed.ts';
import type { Runtime } from '#lib/runtime.ts';
import type { SignedInActor } from './actor.ts';
import { methodHeader } from './door-headers.ts';

// Next loads a module once per bundle (pages, actions, routes): only globalThis is one per process.
const memo = Symbol.for('holocron-ingest.request-limits');
type Memo = typeof globalThis & { [memo]?: RequestLimits };

export function requestLimits(): RequestLimits {
  const holder: Memo = globalThis;
  holder[memo] ??= createRequestLimits(() => performance.now());
  return holder[memo];
}

const partyOf = ({ sessionId, address }: SignedInActor) => ({
  caller: `session ${sessionId}`,
  address,
});

/** For what is costly. Throws `too_many_requests`. */
export const chargeSession = (actor: SignedInActor, cost: number): void =>
  charge(requestLimits(), partyOf(actor), cost);

/**
 * For as long as the session goes on. Empty for a HEAD, which Next answers like a GET whose body nobody reads, or gives up.
 * Throws `too_many_requests`.
 */
export async function countedForSession(
  db: Runtime['db'],
  actor: SignedInActor,
  kind: StreamKind,
  stream: ReadableStream<Uint8Array>,
): Promise<ReadableStream<Uint8Array>> {
  if ((await headers()).get(methodHeader) === 'HEAD') {
    await stream.cancel();
    return new Blob([]).stream();
  }
  const allowed = whileAllowed(stream, () => isStillAllowed(db, actor));
  return countedStream(requestLimits(), partyOf(actor), kind, allowed);
}
