/** What sessions may ask of this process; programs have the same limits by their tokens. */
import {
  charge,
  countedStream,
  createRequestLimits,
  type RequestLimits,
  type StreamKind,
} from '#lib/access/request-limits.ts';
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

/** Throws `too_many_requests`. */
export const countedForSession = (
  actor: SignedInActor,
  kind: StreamKind,
  stream: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> => countedStream(requestLimits(), partyOf(actor), kind, stream);
