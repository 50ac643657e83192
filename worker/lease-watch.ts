/** Leases of others that may come back: those of workers which do not renew them any more. */
import type { Session } from '#db/engine.ts';
import { leasesByOwner } from '#lib/queue/left.ts';

/** Leases that end later are not waited for, ms. */
const longestWaitMs = 5 * 60_000;
/** One that ran out is rescued within a second or two: what still stands after this time cannot be, ms. */
const rescuedWithinMs = 20_000;

export class LeaseWatch {
  /** By owner: when its last lease was to end as it was first seen. */
  readonly #firstSeen = new Map<string | null, string>();

  /**
   * Whether leases are left that nobody has renewed or added to since they were first seen here, and that end soon.
   * Whose leases grow is at work itself.
   */
  async mayReturn(session: Session): Promise<boolean> {
    let mayReturn = false;
    for (const { owner, until, endsInMs } of await leasesByOwner(session)) {
      const first = this.#firstSeen.get(owner);
      if (first === undefined) this.#firstSeen.set(owner, until);
      const isStill = first === undefined || until === first;
      if (isStill && endsInMs <= longestWaitMs && endsInMs > -rescuedWithinMs) mayReturn = true;
    }
    return mayReturn;
  }
}
