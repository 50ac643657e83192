/** What a process saw of its database, for the console: counted since it was opened. */
export interface DatabaseStats {
  /** Transactions run again after the server chose them as deadlock victim. */
  deadlocksRetried: number;
  /** Statements and transactions that waited for a busy database and tried again. */
  busyRetried: number;
  /** Transactions run again after a race for one unique key. */
  uniqueRacesRetried: number;
  /** Transactions run again after their connection was lost before the commit was sent. */
  connectionsLostRetried: number;
  /** Connections of this process: in use, idle, and callers waiting for one. */
  readonly pool: () => { used: number; free: number; waiting: number };
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
