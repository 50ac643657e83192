/** What every roll-up of appended rows keeps to. */

/** Rows rolled up by one transaction: below the 5,000 locks at which a table lock is taken. */
export const rollUpChunk = 2_000;

/**
 * Rolls up chunk by chunk until one is not full. Returns how many rows there were.
 * @param chunk a transaction of its own, which rolls up at most `rollUpChunk` rows and tells how many
 */
export async function rollUpInChunks(chunk: () => Promise<number>): Promise<number> {
  let rolledUp = 0;
  let count: number;
  do {
    count = await chunk();
    rolledUp += count;
  } while (count === rollUpChunk);
  return rolledUp;
}
