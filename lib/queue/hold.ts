/**
 * Items on hold: they stay pending, but nobody fetches them until they are released, sent round again
 * (`reopenItems` lets go of them) or adopted by a new run. Those of a stopped run are held, and those a
 * person puts on hold.
 */
import type { Session } from '#db/engine.ts';
import { endOfTime } from '#db/instant.ts';
import type { WorkItemStatus } from '#db/schema.ts';

/** `wait_reason` of a held item. */
export const onHoldReason = 'on_hold';

/** What a held item carries, as the values of an insert: a claim passes it over as not due. */
export const onHoldRow = { wait_reason: onHoldReason, available_at: endOfTime } as const;

/** The same for an update. */
export const onHoldChange = ({ engine }: Session) => ({
  wait_reason: onHoldReason,
  available_at: engine.instantParam(endOfTime),
});

export const isOnHold = (item: {
  readonly status: WorkItemStatus;
  readonly waitReason: string | null;
}): boolean => item.status === 'pending' && item.waitReason === onHoldReason;
