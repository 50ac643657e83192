/**
 * Most rows one statement changes: SQL Server escalates to a table lock at 5,000 locks, and takes
 * 2,100 parameters.
 */
export const chunkSize = 500;

export function* chunksOf<T>(values: readonly T[], size = chunkSize): Generator<readonly T[]> {
  for (let at = 0; at < values.length; at += size) yield values.slice(at, at + size);
}

export { rowsAtOnce } from '#db/rows-at-once.ts';
