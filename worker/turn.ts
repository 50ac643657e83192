/** Turns of the event loop, given in the midst of work on many items. */
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
