/** What sessions may ask of this process; programs have the same limits by their tokens. */
import type { Db } from '#db/engine.ts';
import {
  charge,
  countedStream,
  createRequestLimits,
  type RequestLimits,
  type StreamKind,
} from '#lib/access/request-limits.ts';
import { isStillAllowed, whileAllowed } from '#lib/access/still-allowed.ts';
import type { SignedInActor } from './actor.ts';

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

/** For as long as the session goes on. Throws `too_many_requests`. */
export const countedForSession = (
  db: Db,
  actor: SignedInActor,
  kind: StreamKind,
  stream: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> => {
  const allowed = whileAllowed(stream, () => isStillAllowed(db, actor));
  return countedStream(requestLimits(), partyOf(actor), kind, allowed);
};
