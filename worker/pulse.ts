/** The pulse of a worker: once a second it asks what is due, starts those duties, and wakes whoever waits to claim. */
import { inBackground } from '#db/background.ts';
import type { Session } from '#db/engine.ts';
import type { Logger } from '#lib/log.ts';
import { type DueWork, readDueWork } from './due-work.ts';
import { levelOf, pause } from './retry-transient.ts';

/** A run that was launched is taken up within this time, ms. */
export const pulseMs = 1_000;

export interface DueDuty {
  /** For the log: `launch due schedules`. */
  readonly what: string;
  readonly isDue: (due: DueWork) => boolean;
  /** The shortest time between two starts, ms. */
  readonly atLeastMs?: number;
  /** It is due so long after its last start, or that of the pulse, whatever was read, ms. */
  readonly atMostMs?: number;
  /** It may leave something to claim, which nobody need wait a second for. */
  readonly fillsQueue?: boolean;
  readonly run: (due: DueWork) => Promise<void>;
}

interface PulseOptions {
  readonly workerId: string;
  readonly log: Logger;
  readonly duties: readonly DueDuty[];
  /** Called with each answer, and when it was asked for by the process's wall clock, ms. */
  readonly onBeat: (due: DueWork, sentAtMs: number) => void;
  /** Monotonic, ms. */
  readonly now?: () => number;
}

export class Pulse {
  readonly #options: PulseOptions;
  readonly #now: () => number;
  readonly #since: number;
  readonly #startedAt = new Map<DueDuty, number>();
  readonly #running = new Map<DueDuty, Promise<void>>();
  readonly #waiting = new Set<() => void>();

  constructor(options: PulseOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#since = this.#now();
  }

  /** Beats until the signal is aborted; resolves when every duty it has started has ended. */
  async run(session: Session, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(pulseMs, signal);
      if (signal.aborted) break;
      try {
        await this.beat(session);
      } catch (error) {
        this.#options.log[levelOf(error)]({ err: error }, 'could not look for work');
      }
    }
    await this.settled();
  }

  /** Asks once, and starts what is due. */
  async beat(session: Session): Promise<void> {
    const sentAtMs = Date.now();
    const due = await readDueWork(session, this.#options.workerId);
    this.#options.onBeat(due, sentAtMs);
    if (due.claim) this.#wake();
    for (const duty of this.#options.duties) {
      if (this.#mayStart(duty, due)) this.#start(duty, due);
    }
  }

  /** Resolves when no duty is at work. */
  async settled(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  /** Until there may be something to claim, at most so long. */
  async untilClaimable(signal: AbortSignal, atMostMs: number): Promise<void> {
    const woken = new AbortController();
    const wake = () => woken.abort();
    this.#waiting.add(wake);
    await pause(atMostMs, AbortSignal.any([signal, woken.signal]));
    this.#waiting.delete(wake);
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  #mayStart(duty: DueDuty, due: DueWork): boolean {
    if (this.#running.has(duty)) return false;
    const startedAt = this.#startedAt.get(duty);
    const now = this.#now();
    if (startedAt !== undefined && now - startedAt < (duty.atLeastMs ?? 0)) return false;
    const waited = now - (startedAt ?? this.#since);
    return duty.isDue(due) || (duty.atMostMs !== undefined && waited >= duty.atMostMs);
  }

  #start(duty: DueDuty, due: DueWork): void {
    this.#startedAt.set(duty, this.#now());
    const running = inBackground(() => duty.run(due))
      .then(() => {
        if (duty.fillsQueue) this.#wake();
      })
      .catch((error: unknown) => {
        this.#options.log[levelOf(error)]({ err: error }, `could not ${duty.what}`);
      })
      .finally(() => this.#running.delete(duty));
    this.#running.set(duty, running);
  }
}
