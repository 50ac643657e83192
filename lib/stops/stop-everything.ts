/** Stopping all work, and letting it go on. Claims read the row: nothing is claimed from the moment it is committed. */
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import { newId } from '#lib/ids.ts';
import { readNow } from '#lib/now.ts';
import { endAt, endSchema, reasonSchema } from './end.ts';
import { readStop, type Stop, stopSentence, stopsInForce } from './read-stop.ts';

export const stopInputSchema = z.strictObject({
  reason: reasonSchema,
  /** What becomes of items in progress. */
  inFlight: z.enum(['finish', 'release']),
  /** When it goes on by itself. */
  end: endSchema,
});

type StopInput = z.output<typeof stopInputSchema>;

/**
 * Stops everything, in place of a stop that is in force. Needs `everything:stop`. Throws `input_invalid` when its end is
 * past or more than a year away.
 */
export async function stopEverything(db: Db, actor: Actor, input: StopInput): Promise<Stop> {
  requirePermission(actor, 'everything:stop');
  return db.transaction(async (tx) => {
    const now = await readNow(tx);
    const until = endAt(input.end, now);
    const before = await readStop(tx);
    await endStops(tx, actor);
    await tx.q
      .insertInto('stops')
      .values({
        stop_id: newId(),
        reason: input.reason,
        in_flight: input.inFlight,
        stopped_by: actor.email,
        stopped_at: tx.engine.now(),
        until: until === null ? null : tx.engine.instantParam(until),
      })
      .execute();
    const stop = await readStop(tx);
    if (stop === null) throw new AppError('internal', 'The stop was not kept.');
    await recordAudit(tx, actor, {
      action: 'work.stop',
      targetType: 'work',
      targetId: stop.stopId,
      summary: `Stopped everything: ${input.reason}`,
      before,
      after: stop,
    });
    await recordEvents(tx, [{ kind: 'work.stopped', message: stopSentence(stop) }]);
    return stop;
  });
}

/** Lets work go on; where nothing is stopped, nothing changes. Needs `everything:stop`. */
export async function goOn(db: Db, actor: Actor): Promise<void> {
  requirePermission(actor, 'everything:stop');
  await db.transaction(async (tx) => {
    const before = await readStop(tx);
    if (before === null) return;
    await endStops(tx, actor);
    await recordAudit(tx, actor, {
      action: 'work.go-on',
      targetType: 'work',
      targetId: before.stopId,
      summary: 'Let everything go on',
      before,
    });
    const message = `${actor.email} lets everything go on.`;
    await recordEvents(tx, [{ kind: 'work.resumed', message }]);
  });
}

async function endStops(tx: Session, actor: Actor): Promise<void> {
  for (const { stop_id: stopId } of await stopsInForce(tx).execute()) {
    await tx.q
      .updateTable('stops')
      .set({ ended_at: tx.engine.now(), ended_by: actor.email })
      .where('stop_id', '=', stopId)
      .execute();
  }
}
