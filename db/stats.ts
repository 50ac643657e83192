/** The connections of a process; on the embedded engine, its one place to write. */
export interface PoolFigures {
  readonly used: number;
  readonly free: number;
  /** Callers waiting for one now. */
  readonly waiting: number;
  readonly max: number;
  /** The longest anybody waited for one in the last minute or two, ms. */
  readonly longestWaitMs: number;
  /** Nineteen in twenty of those waits were no longer, ms. */
  readonly p95WaitMs: number;
}

/** What a process saw of its database, for the console: counted since it was opened. */
export interface DatabaseStats {
  /** Transactions and reads run again after the server chose them as deadlock victim. */
  deadlocksRetried: number;
  /** Statements and transactions that waited for a busy database and tried again. */
  busyRetried: number;
  /** Transactions run again after a race for one unique key. */
  uniqueRacesRetried: number;
  /** Transactions run again after their connection was lost before the commit was sent. */
  connectionsLostRetried: number;
  readonly pool: () => PoolFigures;
}

export function newStats(pool: DatabaseStats['pool']): DatabaseStats {
  return {
    deadlocksRetried: 0,
    busyRetried: 0,
    uniqueRacesRetried: 0,
    connectionsLostRetried: 0,
    pool,
  };
}
