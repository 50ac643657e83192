/** How much a worker claims: what it can begin now, and what it will have begun in a moment. */
import type { InFlight } from './in-flight.ts';
import type { Room } from './pipeline/claim.ts';

interface ClaimLimits {
  readonly concurrency: number;
  /** Items claimed at once at most. */
  readonly batchSize: number;
  /** Items that may come to an end in all; null = no bound. */
  readonly maxItems: number | null;
}

/**
 * A worker claims ahead what its sources answer in so long, ms, whatever storing that takes: with fast sources a claim is
 * shared by many items, with slow ones nothing waits here that another worker could do. Where the database takes long, what
 * a claim brings has to last until what it leads to is stored, which takes some four times as long as the claim. The time in
 * which nobody was asked, because what had come waited to be stored, says nothing about sources.
 */
const aheadMs = 200;
const roundInClaims = 5;
const mostAheadMs = 2_000;
/** What was answered longer ago than this, ms, says nothing about what is claimed now. */
const forgottenMs = 5_000;

type Figures = Pick<InFlight, 'size' | 'asked' | 'askedMs' | 'waiting' | 'answered' | 'tally'>;

export class ClaimPace {
  readonly #limits: ClaimLimits;
  readonly #clock: () => number;
  /** How far ahead, ms. */
  #aheadMs = aheadMs;
  /** How many had been answered by when; the oldest is the last one of before `#aheadMs` of asking, or before long. */
  readonly #past: {
    readonly at: number;
    readonly askedMs: number;
    readonly answered: number;
  }[] = [];

  /** @param clock monotonic, ms */
  constructor(limits: ClaimLimits, clock: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /**
   * What may be claimed now; no requests = there is enough in hand.
   * @param visitsWaiting how many that are being asked wait for another host, for which nobody knows how long
   */
  room(inFlight: Figures, visitsWaiting = 0): Room {
    const { concurrency, batchSize, maxItems } = this.#limits;
    const { completed, failed, skipped, released, lost } = inFlight.tally;
    const budget = (maxItems ?? Number.POSITIVE_INFINITY) - (completed + failed + skipped);
    const items = Math.max(0, budget - inFlight.size);
    // What was given back says nothing about how fast it works: it would be claimed ahead again, and given back again.
    const ahead = this.#recently(inFlight.answered - released - lost, inFlight.askedMs);
    // By halves: a claim for each item that is begun would share nothing.
    const enough = inFlight.waiting > ahead / 2;
    const free = Math.max(0, concurrency - inFlight.asked);
    const requests = enough ? 0 : Math.min(batchSize, free + ahead - inFlight.waiting, items);
    const slots = Math.max(0, Math.min(requests, concurrency - visitsWaiting));
    return { requests: Math.max(0, requests), slots, items };
  }

  /** How long the last claim took, ms. */
  claimed(tookMs: number): void {
    this.#aheadMs = Math.min(mostAheadMs, Math.max(aheadMs, roundInClaims * tookMs));
  }

  /** How many were answered in the last `#aheadMs` in which somebody was asked. */
  #recently(answered: number, askedMs: number): number {
    const at = this.#clock();
    const past = this.#past;
    past.push({ at, askedMs, answered });
    const isOver = (one: (typeof past)[number] | undefined) =>
      one !== undefined && (one.askedMs <= askedMs - this.#aheadMs || one.at <= at - forgottenMs);
    while (past.length > 1 && isOver(past[1])) past.shift();
    return Math.max(0, answered - (past[0]?.answered ?? answered));
  }
}
