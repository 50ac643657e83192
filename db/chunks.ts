/**
 * Most rows one statement changes: SQL Server escalates to a table lock at 5,000 locks, and takes
 * 2,100 parameters.
 */
export const chunkSize = 500;

export function* chunksOf<T>(values: readonly T[], size = chunkSize): Generator<readonly T[]> {
  for (let at = 0; at < values.length; at += size) yield values.slice(at, at + size);
}

/**
 * Portions of 64, 16, 4 and 1 for statements that name every value: few texts, so that the engines reuse
 * their plans, and no more than 2,100 parameters for rows of 32 values.
 */
export function* rowsAtOnce<T>(values: readonly T[]): Generator<readonly T[]> {
  let at = 0;
  for (const size of [64, 16, 4, 1]) {
    for (; values.length - at >= size; at += size) yield values.slice(at, at + size);
  }
}
