/** An operator asks the worker to finish and leave, and may take that back until it has left. */
import type { Logger } from '#lib/log.ts';
import type { InFlight } from './in-flight.ts';
import type { Stop } from './stop.ts';

/** Whoever drained the wrong worker has this long to say so, ms. */
const takeBackMs = 10_000;
/** Then what it has is no longer waited for, ms. */
const longestMs = 300_000;

export class Drain {
  readonly #inFlight: InFlight;
  readonly #stop: Stop;
  readonly #log: Logger;
  readonly #now: () => number;
  #since: number | null = null;

  constructor(inFlight: InFlight, stop: Stop, log: Logger, now = () => performance.now()) {
    this.#inFlight = inFlight;
    this.#stop = stop;
    this.#log = log;
    this.#now = now;
  }

  /** While it holds, nothing more is claimed. */
  get isOn(): boolean {
    return this.#since !== null;
  }

  /** What the last beat has read. */
  follow(draining: boolean): void {
    if (!draining) {
      if (this.isOn) this.#log.info('claiming again: it is no longer to leave');
      this.#since = null;
      return;
    }
    if (this.#since === null) {
      this.#since = this.#now();
      this.#log.info('an operator asked it to finish: nothing more is claimed');
    }
    this.#inFlight.returnWaiting('all');
    const forMs = this.#now() - this.#since;
    if (forMs < takeBackMs || (this.#inFlight.size > 0 && forMs < longestMs)) return;
    this.#stop.request('an operator asked it to finish');
  }
}
