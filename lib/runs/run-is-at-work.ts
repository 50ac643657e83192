/** Runs that a worker has something to do for beside their items. */
import { sql } from 'kysely';

/**
 * Being put together, or emptied. In the words of its index (`IX_ingest_runs_at_work`): a filtered index serves
 * neither a parameter nor a condition that only follows from its own.
 */
export const runIsAtWork = sql<boolean>`phase <> 'ready'`;
