import { v7 } from 'uuid';

/**
 * A new id: UUIDv7 in lower case. As text it sorts by time, so primary keys grow at their end; ids
 * made by one process are strictly increasing, also within a millisecond.
 */
export function newId(): string {
  return v7();
}
