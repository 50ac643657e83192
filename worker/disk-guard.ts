/** Keeps a worker from beginning what there may be no room to store: it waits, and goes on by itself. */
import type { Session } from '#db/engine.ts';
import { readDisks, type WatchedDisks } from '#lib/disks/disks.ts';
import { type LowDisk, lowDisk, lowDiskSentence } from '#lib/disks/low-disk.ts';
import type { Logger } from '#lib/log.ts';

/** Disks of this machine are looked at so often, ms: at 100 MB a second that is half of the room that is kept. */
export const lookEveryMs = 5_000;

export class DiskGuard {
  readonly #watched: WatchedDisks;
  readonly #log: Logger;
  #low: LowDisk | null = null;

  constructor(watched: WatchedDisks, log: Logger) {
    this.#watched = watched;
    this.#log = log;
  }

  /** The disk for whose sake nothing new is begun; null while there is room. */
  get low(): LowDisk | null {
    return this.#low;
  }

  /** Looks, and says when that has changed anything. */
  async look(session: Session): Promise<boolean> {
    if (this.#watched.pauseBelowBytes === 0) return false;
    const before = this.#low;
    this.#low = lowDisk(await readDisks(session, this.#watched), before !== null);
    if ((before === null) === (this.#low === null)) return false;
    if (this.#low !== null) this.#log.warn({ disk: this.#low }, lowDiskSentence(this.#low));
    else this.#log.info('there is room on the disks again: work goes on');
    return true;
  }
}
