/** Keeps a worker from beginning what there may be no room to store: it waits, and goes on by itself. */
import type { Session } from '#db/engine.ts';
import { readDisks, type WatchedDisks } from '#lib/disks/disks.ts';
import { type Disk, type LowDisk, lowDisk, lowDiskSentence } from '#lib/disks/low-disk.ts';
import type { Logger } from '#lib/log.ts';

/** Disks of this machine are looked at so often, ms: at 100 MB a second that is half of the room that is kept. */
export const lookEveryMs = 5_000;

/** The database's server is asked so often, ms: a full one says so by itself, and is waited for. */
const askEveryMs = 30_000;

export class DiskGuard {
  readonly #watched: WatchedDisks;
  readonly #log: Logger;
  #low: LowDisk | null = null;
  #ofServer: { readonly disks: readonly Disk[]; readonly askedAt: number } | null = null;

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
    const disks = [...(await this.#disksHere(session)), ...(await this.#disksOfServer(session))];
    this.#low = lowDisk(disks, before !== null);
    if ((before === null) === (this.#low === null)) return false;
    if (this.#low !== null) this.#log.warn({ disk: this.#low }, lowDiskSentence(this.#low));
    else this.#log.info('there is room on the disks again: work goes on');
    return true;
  }

  #disksHere(session: Session): Promise<readonly Disk[]> {
    const places = this.#watched.places.filter(({ path }) => path !== null);
    return readDisks(session, { ...this.#watched, places });
  }

  async #disksOfServer(session: Session): Promise<readonly Disk[]> {
    const places = this.#watched.places.filter(({ path }) => path === null);
    if (places.length === 0) return [];
    const known = this.#ofServer;
    if (known && performance.now() - known.askedAt < askEveryMs) return known.disks;
    const disks = await readDisks(session, { ...this.#watched, places });
    this.#ofServer = { disks, askedAt: performance.now() };
    return disks;
  }
}
