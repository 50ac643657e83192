/** Conditions on runs that a claim and the duties of a worker ask for. */
import { type RawBuilder, sql } from 'kysely';
import type { Engine } from '#db/engine.ts';

/**
 * Being put together, or emptied. In the words of its index (`IX_ingest_runs_at_work`): a filtered index serves
 * neither a parameter nor a condition that only follows from its own.
 */
export const runIsAtWork = sql<boolean>`phase <> ${sql.lit('ready')}`;

/**
 * Of a running run of `current_runs`, by the database's clock: nothing more may be asked for. Claims pass its items over from
 * that moment, whether or not anybody has ended it yet.
 */
export const budgetIsSpent = (engine: Engine): RawBuilder<boolean> =>
  sql<boolean>`(deadline_at <= ${engine.now()} or requests_sent >= max_requests)`;
