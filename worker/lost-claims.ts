/** Claims of this worker that failed on the way: whether the database made them is asked until it is certain. */
import type { ClaimedItem } from '#lib/queue/model.ts';
import type { StateStore } from '#lib/queue/state-store.ts';

/** A call that was cut off is carried out within this time or not at all, ms: it waits for no lock. */
const carriedOutWithinMs = 5_000;

interface LostClaim {
  readonly claimId: string;
  /** Monotonic clock when it was sent, ms. */
  readonly claimSentAt: number;
  readonly lostAt: number;
}

export class LostClaims {
  readonly #clock: () => number;
  #open: readonly LostClaim[] = [];

  /** @param clock monotonic, ms */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  /** How many may still turn out to have been made. */
  get size(): number {
    return this.#open.length;
  }

  add(claimId: string, claimSentAt: number): void {
    this.#open = [...this.#open, { claimId, claimSentAt, lostAt: this.#clock() }];
  }

  /** The items of the first of them under which any stand; null = there are none. Asks nothing while none is open. */
  async takeUp(
    store: Pick<StateStore, 'claimedUnder'>,
  ): Promise<{ readonly items: readonly ClaimedItem[]; readonly claimSentAt: number } | null> {
    for (const claim of this.#open) {
      const askedAt = this.#clock();
      const items = await store.claimedUnder(claim.claimId);
      const isCertain = items.length > 0 || askedAt > claim.lostAt + carriedOutWithinMs;
      if (isCertain) this.#open = this.#open.filter((one) => one !== claim);
      if (items.length > 0) return { items, claimSentAt: claim.claimSentAt };
    }
    return null;
  }
}
