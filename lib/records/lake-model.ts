/** What a check of the file lake asks for and finds. */
import { chunksOf } from '#db/chunks.ts';
import type { Repaired } from './repaired.ts';

export interface LakeFinding {
  /**
   * `missing`: a record names a file that is not there. `damaged`: it cannot be read, is of another record
   * or of another hash. `orphaned`: a file that no record names. `leftover`: a temporary file of a writer
   * that ended.
   */
  readonly kind: 'missing' | 'damaged' | 'orphaned' | 'leftover';
  /** Relative to the lake's directory. */
  readonly path: string;
  readonly ingestId: string | null;
  /** Completes "The file …". */
  readonly why: string;
  /** Null when nothing was to be repaired. */
  readonly repaired: Repaired | null;
}

export interface LakeCheck {
  /** Absolute. */
  readonly baseDir: string;
  readonly prettyPrint: boolean;
  /** Writes missing and damaged files again from their records, and sets aside what no record names. */
  readonly fix: boolean;
  /** Files younger than this may belong to a record that is being committed, ms; default 10 min. */
  readonly graceMs?: number;
}

export interface LakeTally {
  /** Records that name a file. */
  readonly records: number;
  /** Files beyond the grace. */
  readonly files: number;
  readonly found: number;
  readonly repaired: number;
}

/** Files read at the same time; each may be as large as the largest payload. */
const readers = 4;

/** The results in order, worked out a few at a time. */
export async function inTurns<T, R>(
  values: readonly T[],
  each: (value: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (const chunk of chunksOf(values, readers)) {
    results.push(...(await Promise.all(chunk.map(each))));
  }
  return results;
}
