/**
 * Sends what waits in the outbox: of each channel one at a time, in order. A delivery is settled by the holder of the
 * channel's lease alone, so that a worker that dies leaves it to the next one. Where the network swallowed the answer it
 * is sent again under the same id, by which the receiver knows it.
 */
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import type { HttpClient } from '#lib/egress/http-client.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { newId } from '#lib/ids.ts';
import { objectFromText } from '#lib/json.ts';
import { readNow } from '#lib/now.ts';
import { channelContext, type SecretBox } from '#lib/sources/secrets.ts';
import {
  bodyOf,
  type ChannelKind,
  channelKinds,
  type Message,
  signatureHeaders,
} from './message.ts';

/** A receiver that takes longer is asked again later, ms. */
const timeoutMs = 15_000;
/** Longer than an attempt with all it writes, ms. */
const leaseMs = 60_000;
/** Of one channel in one call; what is left comes with the next one. */
const mostAtOnce = 50;
const firstPauseMs = 15_000;
const longestPauseMs = 3_600_000;
/** About half a day; then it is given up, so that what came after it is told. */
const mostAttempts = 20;
const keptDays = 30;

export interface Outgoing {
  readonly http: HttpClient;
  readonly secretBox: SecretBox;
}

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
          .where('delivery.settled_at', 'is', null),
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

/** True when the oldest was delivered; false when none is left, or it failed. */
async function deliverNext(
  db: Db,
  channelId: string,
  lease: string,
  outgoing: Outgoing,
): Promise<boolean> {
  const oldest = db.q
    .selectFrom('notice_deliveries as delivery')
    .innerJoin('notice_channels as channel', 'channel.channel_id', 'delivery.channel_id')
    .select(['delivery_no', 'message_id', 'notice_type', 'notice', 'attempts'])
    .select(['kind', 'sealed', 'delivery.created_at as created_at'])
    .where('delivery.channel_id', '=', channelId)
    .where('delivery.settled_at', 'is', null)
    .orderBy('delivery_no');
  const [row] = await db.engine.take(oldest, 1).execute();
  if (!row) return false;
  const notice = noticeSchema.parse(objectFromText(row.notice));
  const message = {
    ...notice,
    data: objectFromText(JSON.stringify(notice.data)) ?? {},
    id: row.message_id,
    type: row.notice_type,
    at: row.created_at,
  };
  const answer = await send({ channelId, kind: row.kind, sealed: row.sealed }, message, outgoing);
  const attempts = row.attempts + 1;
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
      .where('delivery_no', '=', row.delivery_no)
      .execute();
    return answer.ok;
  });
}

const pauseAfter = (attempts: number) =>
  Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempts - 1, 12));

const noticeSchema = z.object({
  title: z.string(),
  detail: z.string(),
  data: z.record(z.string(), z.unknown()),
});
const sealedSchema = z.object({ url: z.string(), signingSecret: z.string().nullable() });

interface Answer {
  readonly ok: boolean;
  /** `HTTP 200`, or the code of what went wrong; never the address, which holds a token. */
  readonly words: string;
}

async function send(
  channel: { readonly channelId: string; readonly kind: string; readonly sealed: string },
  message: Message,
  { http, secretBox }: Outgoing,
): Promise<Answer> {
  try {
    const kind: ChannelKind = z.enum(channelKinds).parse(channel.kind);
    const opened = secretBox.open(channel.sealed, channelContext(channel.channelId));
    const { url, signingSecret } = sealedSchema.parse(JSON.parse(opened));
    const body = bodyOf(kind, message);
    const signed =
      signingSecret === null
        ? {}
        : signatureHeaders(signingSecret, { id: message.id, body, atMs: Date.now() });
    const { status } = await http.request({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signed },
      body,
      timeoutMs,
      // Only the status counts, and a message is not carried on to another address.
      cutAt: 1_024,
      maxRedirects: 0,
    });
    return { ok: status >= 200 && status < 300, words: `HTTP ${status}` };
  } catch (error) {
    if (error instanceof AppError) return { ok: false, words: error.code };
    throw error;
  }
}

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
  const message: Message = {
    id: newId(),
    type: 'test',
    at: await readNow(db),
    title: 'A test of Holocron Ingest',
    detail: `${actor.email} tested the channel ${channel.name}.`,
    data: {},
  };
  return send({ channelId, ...channel }, message, outgoing);
}

/** The delivery log keeps 30 days of what is settled. */
export async function purgeOldDeliveries({ q, engine }: Session): Promise<void> {
  await q
    .deleteFrom('notice_deliveries')
    .where('settled_at', '<', engine.nowPlus(-keptDays * 86_400_000))
    .execute();
}
