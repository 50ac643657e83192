/** While everything is stopped: says why nothing is claimed, and gives back what has not been begun or is not wanted. */
import type { Db } from '#db/engine.ts';
import type { Logger } from '#lib/log.ts';
import { readStop, type Stop, stopSentence } from '#lib/stops/read-stop.ts';
import type { InFlight } from './in-flight.ts';
import type { DueDuty } from './pulse.ts';

export class Standstill {
  readonly #db: Db;
  readonly #log: Logger;
  readonly #inFlight: InFlight;
  #known: Stop | null = null;

  constructor(db: Db, log: Logger, inFlight: InFlight) {
    this.#db = db;
    this.#log = log;
    this.#inFlight = inFlight;
  }

  duty(): DueDuty {
    return {
      what: 'follow a stop of everything',
      isDue: ({ stopped }) => stopped || this.#known !== null,
      run: () => this.#follow(),
    };
  }

  async #follow(): Promise<void> {
    const stop = await readStop(this.#db);
    const isNew = stop?.stopId !== this.#known?.stopId;
    this.#known = stop;
    if (stop === null) {
      if (isNew) this.#log.warn('work goes on');
      return;
    }
    // A claim that was under way may have brought some at any beat.
    this.#inFlight.returnWaiting('all');
    if (stop.inFlight === 'release') this.#inFlight.breakOff('stopping');
    if (isNew) this.#log.warn(`waiting: ${stopSentence(stop)}`);
  }
}
