/**
 * One backoff for all that a process wants of a server that is away or refuses it: whoever needs a new
 * connection meanwhile is refused here, with the reason, and nothing is sent.
 */
import { DatabaseError, type DatabaseErrorCode } from '../errors.ts';

/** Called when the server is away (once for each reason), and with null when it is back. */
export type OnAway = (reason: DatabaseError | null) => void;

/** A person ends these. Each sign-in that fails is counted by the server, which may lock the account. */
const refusals: ReadonlySet<DatabaseErrorCode> = new Set<DatabaseErrorCode>([
  'db_login_failed',
  'db_missing',
  'db_certificate_untrusted',
  'db_permission_denied',
]);
/** Together at most six sign-ins a minute: five to the database, one to its readable copy, which may be the same. */
const betweenRefusalsMs = { database: 12_000, copy: 60_000 };
/** After an outage all goes on within ten seconds. */
const longestDelayMs = 5_000;
const firstDelayMs = 200;

interface ReconnectOptions {
  readonly to?: keyof typeof betweenRefusalsMs;
  readonly onAway?: OnAway | undefined;
  /** A monotonic clock, ms. */
  readonly now?: () => number;
  /** From 0 to 1, so that a fleet does not return in step. */
  readonly random?: () => number;
}

interface Away {
  readonly reason: DatabaseError;
  readonly failures: number;
  /** By the clock. */
  readonly until: number;
}

export class Reconnect {
  readonly #betweenRefusalsMs: number;
  readonly #onAway: OnAway;
  readonly #now: () => number;
  readonly #random: () => number;
  #away: Away | null = null;
  readonly #told = new Set<DatabaseErrorCode>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ReconnectOptions = {}) {
    this.#betweenRefusalsMs = betweenRefusalsMs[options.to ?? 'database'];
    this.#onAway = options.onAway ?? (() => undefined);
    this.#now = options.now ?? (() => performance.now());
    this.#random = options.random ?? Math.random;
  }

  /**
   * Runs `connect` after those before it have ended, so that a password that was changed is tried once and not
   * by all at once. Throws its error, and the same one until it is time to try again.
   */
  attempt<T>(connect: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(() => this.#attempt(connect));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #attempt<T>(connect: () => Promise<T>): Promise<T> {
    if (this.#away && this.#now() < this.#away.until) throw this.#refusal(this.#away);
    try {
      const connection = await connect();
      this.#back();
      return connection;
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      throw this.#refusal(this.#failed(error));
    }
  }

  #failed(reason: DatabaseError): Away {
    const failures = (this.#away?.failures ?? 0) + 1;
    this.#away = { reason, failures, until: this.#now() + this.#delayMs(reason, failures) };
    if (!this.#told.has(reason.code)) {
      this.#told.add(reason.code);
      this.#onAway(reason);
    }
    return this.#away;
  }

  #back(): void {
    if (!this.#away) return;
    this.#away = null;
    this.#told.clear();
    this.#onAway(null);
  }

  #delayMs({ code }: DatabaseError, failures: number): number {
    if (refusals.has(code)) return this.#betweenRefusalsMs * (1 + 0.2 * this.#random());
    const full = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures - 1, 20));
    return full / 2 + (full / 2) * this.#random();
  }

  #refusal({ reason, until }: Away): DatabaseError {
    return new DatabaseError(reason.code, reason.message, {
      remedy: reason.remedy,
      transient: reason.transient,
      cause: reason.cause,
      retryInMs: Math.max(0, Math.ceil(until - this.#now())),
    });
  }
}
