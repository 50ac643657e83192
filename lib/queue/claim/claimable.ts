/** Whether a claim would find anything, as a condition: what an idle worker asks instead of claiming. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';

/** Sources that may be asked and have ready items: one look into the queue for each. */
export const sourcesWithReadyItems = ({ q, engine }: Session) =>
  q
    .selectFrom('sources')
    .select('source_id')
    .where('enabled', '=', 1)
    .where('paused_at', 'is', null)
    .where('deleted_at', 'is', null)
    .where(engine.hasReadyItems(sql.ref('sources.source_type'), sql.ref('sources.name')));

/** Items that waited for a moment that has come; the next claim makes them ready. */
export const itemsToPromote = ({ q, engine }: Session) =>
  q
    .selectFrom(engine.pendingBy('due').as('item'))
    .select('work_item_id')
    .where('available_at', '<=', engine.now());
