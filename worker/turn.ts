/** Turns of the event loop: given in the midst of work on many items, and waited for. */
import { setImmediate } from 'node:timers/promises';

/** Work that goes on so long lets others have their turn, ms. */
const sliceMs = 15;

let sliceEnds = 0;

/** At once as a rule; after a long slice of work it lets timers, sockets and everything else that waits come first. */
export async function turn(): Promise<void> {
  if (performance.now() < sliceEnds) return;
  await setImmediate();
  sliceEnds = performance.now() + sliceMs;
}

/** Until something happens, at most so long, ms, and not when the signal is aborted. Costs no error, as an aborted sleep does. */
export function within(
  atMostMs: number,
  signal: AbortSignal,
  happens: Promise<unknown> | null,
): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, atMostMs);
    signal.addEventListener('abort', end, { once: true });
    void happens?.then(end, end);
    if (signal.aborted) end();
  });
}
