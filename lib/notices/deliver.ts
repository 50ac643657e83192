/**
 * Sends what waits in the outbox: of each channel one at a time, in order. A delivery is settled by the holder of the
 * channel's lease alone, so that a worker that dies leaves it to the next one. Where the network swallowed the answer it
 * is sent again under the same id, by which the receiver knows it.
 */
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { newId } from '#lib/ids.ts';
import { objectFromText } from '#lib/json.ts';
import { readNow } from '#lib/now.ts';
import type { Letter, Message } from './message.ts';
import { type Answer, type Outgoing, send } from './send.ts';

/** Longer than an attempt with all it writes, ms. */
const leaseMs = 60_000;
/** Of one channel in one call; what is left comes with the next one. */
const mostAtOnce = 50;
/** Notices of one digest. */
const mostTogether = 100;
const firstPauseMs = 15_000;
const longestPauseMs = 3_600_000;
/** About half a day; then it is given up, so that what came after it is told. */
const mostAttempts = 20;
const keptDays = 30;

/** Channels for which something waits that may be sent now. */
export const channelsToServe = ({ q, engine }: Session) =>
  q
    .selectFrom('notice_channels as channel')
    .select('channel.channel_id')
    .where('channel.enabled', '=', 1)
    .where((eb) =>
      eb.or([
        eb('channel.blocked_until', 'is', null),
        eb('channel.blocked_until', '<=', engine.now()),
      ]),
    )
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('notice_deliveries as delivery')
          .select('delivery.delivery_no')
          .whereRef('delivery.channel_id', '=', 'channel.channel_id')
          .where('delivery.settled_at', 'is', null)
          .where((due) =>
            due.or([
              due('delivery.held_until', 'is', null),
              due('delivery.held_until', '<=', engine.now()),
            ]),
          ),
      ),
    );

/** Returns how many were delivered. A channel that another process serves is left to it. */
export async function deliverNotices(db: Db, outgoing: Outgoing): Promise<number> {
  const due = await channelsToServe(db).execute();
  const served = await Promise.all(
    due.map(({ channel_id: channelId }) => serve(db, channelId, outgoing)),
  );
  return served.reduce((sum, count) => sum + count, 0);
}

async function serve(db: Db, channelId: string, outgoing: Outgoing): Promise<number> {
  const lease = newId();
  let delivered = 0;
  while (delivered < mostAtOnce && (await holdLease(db, channelId, lease))) {
    if (!(await deliverNext(db, channelId, lease, outgoing))) break;
    delivered += 1;
  }
  await db.q
    .updateTable('notice_channels')
    .set({ lease_id: null, lease_until: null })
    .where('channel_id', '=', channelId)
    .where('lease_id', '=', lease)
    .execute();
  return delivered;
}

/** Takes the lease, or extends one's own. */
async function holdLease({ q, engine }: Db, channelId: string, lease: string): Promise<boolean> {
  const { numUpdatedRows } = await q
    .updateTable('notice_channels')
    .set({ lease_id: lease, lease_until: engine.nowPlus(leaseMs) })
    .where('channel_id', '=', channelId)
    .where('enabled', '=', 1)
    .where((eb) =>
      eb.or([
        eb('lease_id', '=', lease),
        eb('lease_until', 'is', null),
        eb('lease_until', '<=', engine.now()),
      ]),
    )
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** True when the next letter was delivered; false when none is due, or it failed. */
async function deliverNext(
  db: Db,
  channelId: string,
  lease: string,
  outgoing: Outgoing,
): Promise<boolean> {
  const rows = await nextRows(db, channelId);
  const [first, ...more] = rows;
  if (!first) return false;
  const letter: Letter = {
    id: more.length === 0 ? first.message_id : (first.batch_id ?? first.message_id),
    messages: [messageOf(first, outgoing), ...more.map((row) => messageOf(row, outgoing))],
  };
  const answer = await send(
    { channelId, kind: first.kind, sealed: first.sealed },
    letter,
    outgoing,
  );
  const attempts = first.attempts + 1;
  const isSettled = answer.ok || attempts >= mostAttempts;
  return db.transaction(async (tx) => {
    const { engine } = tx;
    const channel = await tx.q
      .updateTable('notice_channels')
      .set({ blocked_until: answer.ok ? null : engine.nowPlus(pauseAfter(attempts)) })
      .where('channel_id', '=', channelId)
      .where('lease_id', '=', lease)
      .executeTakeFirst();
    // Another process has taken the channel over, and sends it again.
    if (channel.numUpdatedRows === 0n) return false;
    await tx.q
      .updateTable('notice_deliveries')
      .set({
        attempts,
        last_answer: answer.words,
        ...(isSettled ? { settled_at: engine.now(), delivered: answer.ok ? 1 : 0 } : {}),
      })
      .where(
        'delivery_no',
        'in',
        rows.map((row) => row.delivery_no),
      )
      .execute();
    return answer.ok;
  });
}

const waitingOf = ({ q }: Session, channelId: string) =>
  q
    .selectFrom('notice_deliveries as delivery')
    .innerJoin('notice_channels as channel', 'channel.channel_id', 'delivery.channel_id')
    .select(['delivery_no', 'message_id', 'notice_type', 'notice', 'attempts', 'batch_id'])
    .select(['kind', 'sealed', 'held_until', 'delivery.created_at as created_at'])
    .where('delivery.channel_id', '=', channelId)
    .where('delivery.settled_at', 'is', null)
    .orderBy('delivery_no');

type WaitingRow = Awaited<ReturnType<ReturnType<typeof waitingOf>['execute']>>[number];

/**
 * What goes out next, oldest first: the oldest that is due. One that was held takes along what else is held, and they
 * stay together from then on, so that what is sent again under the same id is the same.
 */
async function nextRows(db: Db, channelId: string): Promise<WaitingRow[]> {
  const { engine } = db;
  const due = waitingOf(db, channelId).where((eb) =>
    eb.or([eb('held_until', 'is', null), eb('held_until', '<=', engine.now())]),
  );
  const [first] = await engine.take(due, 1).execute();
  if (!first || first.held_until === null) return first ? [first] : [];
  if (first.batch_id !== null) {
    return waitingOf(db, channelId).where('batch_id', '=', first.batch_id).execute();
  }
  const held = waitingOf(db, channelId)
    .where('held_until', 'is not', null)
    .where('batch_id', 'is', null);
  const rows = await engine.take(held, mostTogether).execute();
  const batchId = newId();
  await db.q
    .updateTable('notice_deliveries')
    .set({ batch_id: batchId })
    .where(
      'delivery_no',
      'in',
      rows.map((row) => row.delivery_no),
    )
    .where('batch_id', 'is', null)
    .execute();
  // A process that had taken the channel over meanwhile has kept its own together.
  return waitingOf(db, channelId).where('batch_id', '=', batchId).execute();
}

function messageOf(row: WaitingRow, { consoleOrigin }: Outgoing): Message {
  const { title, detail, href, data } = noticeSchema.parse(objectFromText(row.notice));
  return {
    id: row.message_id,
    type: row.notice_type,
    at: row.created_at,
    title,
    detail,
    url: urlOf(consoleOrigin, href),
    data: objectFromText(JSON.stringify(data)) ?? {},
  };
}

const urlOf = (consoleOrigin: string | null, href: string): string | null =>
  consoleOrigin === null ? null : `${consoleOrigin}${href}`;

const pauseAfter = (attempts: number) =>
  Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempts - 1, 12));

const noticeSchema = z.object({
  title: z.string(),
  detail: z.string(),
  href: z.string(),
  data: z.record(z.string(), z.unknown()),
});
/**
 * Sends a message of its own at once, past the outbox.
 * @throws AppError `forbidden` or `not_found`
 */
export async function testChannel(
  db: Db,
  actor: Actor,
  channelId: string,
  outgoing: Outgoing,
): Promise<Answer> {
  requirePermission(actor, 'settings:manage');
  const channel = await db.q
    .selectFrom('notice_channels')
    .select(['kind', 'sealed', 'name'])
    .where('channel_id', '=', channelId)
    .executeTakeFirst();
  if (!channel) throw new AppError('not_found', 'There is no such channel.');
  const id = newId();
  const message: Message = {
    id,
    type: 'test',
    at: await readNow(db),
    title: 'A test of Holocron Ingest',
    detail: `${actor.email} tested the channel ${channel.name}.`,
    url: urlOf(outgoing.consoleOrigin, '/alerts?tab=channels'),
    data: {},
  };
  return send({ channelId, ...channel }, { id, messages: [message] }, outgoing);
}

/** The delivery log keeps 30 days of what is settled. */
export async function purgeOldDeliveries({ q, engine }: Session): Promise<void> {
  await q
    .deleteFrom('notice_deliveries')
    .where('settled_at', '<', engine.nowPlus(-keptDays * 86_400_000))
    .execute();
}
