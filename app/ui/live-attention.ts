/** So long, ms, something is expected to move: a person has just set it going, or opened the console to see it move. */
const attentiveMs = 20_000;

/** Since the document was opened, ms. */
let until = attentiveMs;
let ask: () => void = () => undefined;

/** Asks at once and keeps asking for a while, as after an action: what it set going moves now. */
export function askLiveNow(): void {
  until = performance.now() + attentiveMs;
  ask();
}

export const isAttentive = () => performance.now() < until;

/** Names who is to ask; the function it returns takes that back. */
export function askBy(next: () => void): () => void {
  ask = next;
  return () => {
    ask = () => undefined;
  };
}

let leaving = new AbortController();

/** Aborts what is being asked when the session ends by the person's own hand: a refusal would be no news. */
export const leavingSignal = (): AbortSignal => leaving.signal;

/** Asks nothing more: the session is about to end. */
export function stopAsking(): void {
  leaving.abort();
}

/** For a session that could not be ended. */
export function goOnAsking(): void {
  leaving = new AbortController();
  ask();
}
