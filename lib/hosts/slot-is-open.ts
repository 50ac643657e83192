/** What sources and hosts have in common: one slot, the right to send the fleet's next request. */
import type { ExpressionBuilder } from 'kysely';
import type { Engine } from '#db/engine.ts';
import type { Database } from '#db/schema.ts';

/** Condition: the next request is due, and nobody holds the slot, or its holder let it expire. */
export const slotIsOpen =
  (engine: Engine) => (eb: ExpressionBuilder<Database, 'hosts' | 'sources'>) =>
    eb.and([
      eb.or([eb('next_slot_at', 'is', null), eb('next_slot_at', '<=', engine.now())]),
      eb.or([
        eb('slot_lease_id', 'is', null),
        eb('slot_until', 'is', null),
        eb('slot_until', '<=', engine.now()),
      ]),
    ]);
