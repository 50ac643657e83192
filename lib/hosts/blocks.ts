/** Blocked hosts, left alone by the whole fleet: they or a person asked for that, or they failed too often in a row. */
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import { endOfTime } from '#db/instant.ts';
import type { Instant } from '#db/schema.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { NewEvent } from '#lib/events/model.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import { readNow } from '#lib/now.ts';
import { endAt, endSchema, reasonSchema } from '#lib/stops/end.ts';
import { noteBlock, noteEnd, noteLonger } from './block-history.ts';

/**
 * Blocks a host for the whole fleet; a shorter block never shortens a longer one.
 * @returns the event, for the end of the transaction; none when the host was blocked already
 */
export async function blockHost(
  tx: Session,
  host: string,
  blockMs: number,
  reason: string | null,
): Promise<readonly NewEvent[]> {
  const { engine } = tx;
  const until = engine.nowPlus(blockMs);
  const change = tx.q
    .updateTable('hosts')
    .set({ blocked_until: until, blocked_reason: reason })
    .where('host', '=', host);
  const fresh = await change
    .where((eb) =>
      eb.or([eb('blocked_until', 'is', null), eb('blocked_until', '<=', engine.now())]),
    )
    .executeTakeFirst();
  if (Number(fresh.numUpdatedRows) === 0) {
    // It is blocked already: whatever was under way repeats it.
    const longer = await change.where('blocked_until', '<', until).executeTakeFirst();
    if (Number(longer.numUpdatedRows) > 0) await noteLonger(tx, host, blockMs);
    return [];
  }
  await noteBlock(tx, host, { until, reason, by: null });
  const because = reason === null ? '' : `: ${reason}`;
  const message = `${host} is left alone for ${Math.ceil(blockMs / 1_000)} s${because}`;
  return [{ kind: 'host.blocked', host, message, data: { block_ms: blockMs } }];
}

export const blockInputSchema = z.strictObject({
  host: z.string().min(1).max(300),
  reason: reasonSchema,
  /** When it may be asked again by itself. */
  end: endSchema,
});

/**
 * A person's block, in place of one that is in force; without an end it holds until somebody clears it. Needs
 * `hosts:change`. Throws `not_found` for an unknown host, `input_invalid` for an end that is past.
 */
export async function blockByPerson(
  db: Db,
  actor: Actor,
  { host, reason, end }: z.output<typeof blockInputSchema>,
): Promise<void> {
  requirePermission(actor, 'hosts:change');
  await db.transaction(async (tx) => {
    const until = endAt(end, await readNow(tx));
    const known = await blockOf(tx, host);
    await tx.q
      .updateTable('hosts')
      .set({
        blocked_until: tx.engine.instantParam(until ?? endOfTime),
        blocked_reason: `${actor.email}: ${reason}`.slice(0, 500),
        updated_at: tx.engine.now(),
      })
      .where('host', '=', host)
      .execute();
    await noteBlock(tx, host, {
      until: until === null ? null : tx.engine.instantParam(until),
      reason,
      by: actor.email,
    });
    await recordAudit(tx, actor, {
      action: 'host.block',
      targetType: 'host',
      targetId: host,
      summary: `Blocked ${host}: ${reason}`,
      before: { blockedUntil: known.blocked_until, reason: known.blocked_reason },
      after: { blockedUntil: until, reason },
    });
    const message = `${actor.email} has ${host} left alone: ${reason}`;
    await recordEvents(tx, [{ kind: 'host.blocked', host, message }]);
  });
}

async function blockOf({ q }: Session, host: string) {
  const known = await q
    .selectFrom('hosts')
    .select(['blocked_until', 'blocked_reason'])
    .where('host', '=', host)
    .executeTakeFirst();
  if (!known) throw new AppError('not_found', `The host ${host} is not known.`);
  return known;
}

/** A block without an end of its own holds until a person clears it. */
export const endOfBlock = (until: Instant | null): Instant | null =>
  until === null || until >= endOfTime ? null : until;

/**
 * Lets workers ask the host again before its wait is over. Needs `hosts:change`. Throws `not_found`
 * for an unknown host; a host that is not blocked is left as it is.
 */
export async function clearBlock(db: Db, actor: Actor, host: string): Promise<void> {
  requirePermission(actor, 'hosts:change');
  await db.transaction(async (tx) => {
    const known = await blockOf(tx, host);
    if (known.blocked_until === null) return;
    await tx.q
      .updateTable('hosts')
      .set({ blocked_until: null, blocked_reason: null, updated_at: tx.engine.now() })
      .where('host', '=', host)
      .execute();
    await noteEnd(tx, host, actor.email);
    await recordAudit(tx, actor, {
      action: 'host.clear-block',
      targetType: 'host',
      targetId: host,
      summary: `Cleared the block of ${host}`,
      before: { blockedUntil: known.blocked_until, reason: known.blocked_reason },
      after: { blockedUntil: null },
    });
    const message = `${actor.email} lets workers ask ${host} again.`;
    await recordEvents(tx, [{ kind: 'host.unblocked', host, message }]);
  });
}

/** Hosts in one call; the others come with the next. */
const mostAtOnce = 100;

export const blocksThatAreOver = ({ q, engine }: Session) =>
  q.selectFrom('hosts').select('host').where('blocked_until', '<=', engine.now());

/**
 * Removes the block from hosts whose wait is over, and records the event; they could be asked as soon as it was
 * over. Any number of workers may call it; one of them records. Returns how many there were.
 */
export async function endBlocks(db: Db): Promise<number> {
  const hosts = await db.engine.take(blocksThatAreOver(db), mostAtOnce).execute();
  let ended = 0;
  for (const { host } of hosts) {
    const isMine = await db.transaction(async (tx) => {
      const result = await tx.q
        .updateTable('hosts')
        .set({ blocked_until: null, blocked_reason: null })
        .where('host', '=', host)
        .where('blocked_until', '<=', tx.engine.now())
        .executeTakeFirst();
      if (Number(result.numUpdatedRows) === 0) return false;
      await noteEnd(tx, host, null);
      await recordEvents(tx, [
        { kind: 'host.unblocked', host, message: `${host} may be asked again.` },
      ]);
      return true;
    });
    if (isMine) ended += 1;
  }
  return ended;
}
