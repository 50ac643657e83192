/** The connections of one process to SQL Server. */
import { Pool, TimeoutError } from 'tarn';
import type { SqlServerSettings } from '../settings/model.ts';
import type { PoolFigures } from '../stats.ts';
import { WaitTimes } from '../wait-times.ts';
import { poolExhausted } from './classify-error.ts';
import { connect, type TdsConnection } from './connection.ts';
import { type OnAway, Reconnect } from './reconnect.ts';
import { hasRowVersions, rowVersionsOff } from './row-versions.ts';

/** A socket idle for this long is asked before it is used: firewalls drop idle ones silently, ms. */
const idleBeforeCheckMs = 5_000;
/** What a caller waits at most beyond the time a connection may take to be made, ms. */
const patienceMs = 15_000;

interface PoolEvents {
  /** A read was sent again, since the server took it for a deadlock's victim. */
  readonly onReadAgain?: () => void;
  readonly onAway?: OnAway | undefined;
}

export class ConnectionPool {
  readonly #pool: Pool<TdsConnection>;
  readonly #max: number;
  readonly #waits = new WaitTimes();
  /** Asked on the first connection: it is a setting of the database, made once. */
  #versioned = false;
  /** Connections last used before this moment are not trusted: one of that age did not answer. */
  #trustedSince = Number.NEGATIVE_INFINITY;

  /** Makes no connection before the first is asked for. */
  constructor(settings: SqlServerSettings, { onReadAgain, onAway }: PoolEvents = {}) {
    const reconnect = new Reconnect({ onAway, to: settings.readOnlyIntent ? 'copy' : 'database' });
    this.#max = settings.poolMax;
    this.#pool = new Pool<TdsConnection>({
      min: 0,
      max: settings.poolMax,
      // Later than connecting itself gives up, so that its own error arrives.
      createTimeoutMillis: settings.connectTimeoutMs + 5_000,
      acquireTimeoutMillis: settings.connectTimeoutMs + patienceMs,
      idleTimeoutMillis: 60_000,
      // Else tarn goes on trying until the acquire time-out and hides why the server cannot be reached.
      propagateCreateError: true,
      create: () => reconnect.attempt(() => this.#connect(settings, onReadAgain)),
      // tarn waits for a promise here although its types say boolean.
      validate: (connection) => this.#isUsable(connection) as unknown as boolean,
      destroy: (connection) => connection.close(),
    });
  }

  /** Throws `db_rcsi_off` until the database keeps row versions; a readable copy keeps them by nature. */
  async #connect(settings: SqlServerSettings, onReadAgain?: () => void): Promise<TdsConnection> {
    const connection = await connect(settings, onReadAgain);
    try {
      this.#versioned ||= settings.readOnlyIntent === true || (await hasRowVersions(connection));
      if (!this.#versioned) throw rowVersionsOff(settings.database);
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Throws `db_pool_exhausted` after the patience, or why no connection could be made. */
  async acquire(): Promise<TdsConnection> {
    const start = performance.now();
    try {
      return await this.#pool.acquire().promise;
    } catch (error) {
      throw error instanceof TimeoutError ? poolExhausted(this.#max, error) : error;
    } finally {
      this.#waits.note(performance.now() - start);
    }
  }

  release(connection: TdsConnection): void {
    this.#pool.release(connection);
  }

  figures(): PoolFigures {
    return {
      used: this.#pool.numUsed(),
      free: this.#pool.numFree(),
      waiting: this.#pool.numPendingAcquires(),
      max: this.#max,
      longestWaitMs: this.#waits.longestMs(),
      p95WaitMs: this.#waits.p95Ms(),
    };
  }

  async destroy(): Promise<void> {
    await this.#pool.destroy();
  }

  /**
   * A server or network that went away took all connections of that time along. The first that does not
   * answer speaks for them: were each asked in turn, a full pool would cost its callers a minute.
   */
  async #isUsable(connection: TdsConnection): Promise<boolean> {
    const { idleSince } = connection;
    if (!connection.isAtRest() || idleSince < this.#trustedSince) return false;
    const askedAt = performance.now();
    if (askedAt - idleSince < idleBeforeCheckMs) return true;
    if (await connection.answers()) return true;
    this.#trustedSince = Math.max(this.#trustedSince, askedAt);
    return false;
  }
}
