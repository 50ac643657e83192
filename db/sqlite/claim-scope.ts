/** Which ready items a claim may take. */

export interface ScopeSource {
  readonly system: string;
  readonly name: string;
}

/** All given conditions must hold. */
export interface ClaimScope {
  /** Only items of these sources; undefined = of any source, and then nothing else is asked. */
  readonly sources?: readonly ScopeSource[];
  /**
   * Never items of hosts that are to be left alone now, and beside them of those
   * - `free`: with a pace or a limit of their own;
   * - `unasked`: whose slot is shut.
   * Judged by the hosts' rows, however many there are.
   */
  readonly hosts?: 'free' | 'unasked';
  /** Never items of these hosts: they have all the requests they take. */
  readonly excludeHosts?: readonly string[];
  /** Never items of these runs (paused, or being emptied). */
  readonly excludeRuns?: readonly string[];
  /** Only items of this kind and host: what one request can ask for together. */
  readonly together?: { readonly resourceType: string; readonly host: string | null };
}

/**
 * What is shut or open as a whole: the items of one source and run that ask the same host. Skipping a lane
 * costs one look into an index, however many items wait in it.
 */
export interface Lane {
  readonly source: ScopeSource;
  readonly runId: string | null;
  readonly host: string | null;
}

/** A lane with the key of its first item in claim order. */
export interface LaneHead extends Lane {
  readonly priority: number;
  readonly created_at: string;
  readonly work_item_id: string;
}
