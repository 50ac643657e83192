/** Channels: where notices go. Their addresses hold tokens, so that both are sealed, and shown by host alone. */
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { parseHttpUrl } from '#lib/egress/url.ts';
import { AppError, parseInput } from '#lib/errors/app-error.ts';
import { newId } from '#lib/ids.ts';
import { channelContext, type SecretBox } from '#lib/sources/secrets.ts';
import { type ChannelKind, channelKinds, newSigningSecret } from './message.ts';

export interface Channel {
  readonly channelId: string;
  readonly name: string;
  readonly kind: ChannelKind;
  /** Its host; the rest of the address is never shown. */
  readonly host: string;
  readonly enabled: boolean;
  readonly alerts: boolean;
  readonly runEnds: boolean;
  /** Until then nothing is sent, after a failure. */
  readonly blockedUntil: Instant | null;
}

export interface Delivery {
  readonly messageId: string;
  readonly channelId: string;
  readonly type: string;
  readonly createdAt: Instant;
  readonly attempts: number;
  readonly outcome: 'waiting' | 'delivered' | 'given_up';
  readonly settledAt: Instant | null;
  /** Of the last attempt: `HTTP 503`, or a code. */
  readonly lastAnswer: string | null;
}

export const channelInputSchema = z.strictObject({
  name: z.string().trim().min(1, 'Give a name.').max(100, 'Use at most 100 characters.'),
  kind: z.enum(channelKinds),
  url: z.string().trim().min(1, 'Give the address.').max(2_000, 'Use at most 2,000 characters.'),
  alerts: z.boolean(),
  runEnds: z.boolean(),
});

const mostChannels = 20;
const mostShown = 50;

export async function listChannels({ q }: Session): Promise<Channel[]> {
  const rows = await q.selectFrom('notice_channels').selectAll().orderBy('name').execute();
  return rows.map((row) => ({
    channelId: row.channel_id,
    name: row.name,
    kind: z.enum(channelKinds).parse(row.kind),
    host: row.host,
    enabled: row.enabled === 1,
    alerts: row.alerts === 1,
    runEnds: row.run_ends === 1,
    blockedUntil: row.blocked_until,
  }));
}

/** The delivery log: of all channels, newest first, 50 at most. */
export async function listDeliveries(session: Session): Promise<Delivery[]> {
  const newest = session.q
    .selectFrom('notice_deliveries')
    .selectAll()
    .orderBy('delivery_no', 'desc');
  const rows = await session.engine.take(newest, mostShown).execute();
  return rows.map((row) => ({
    messageId: row.message_id,
    channelId: row.channel_id,
    type: row.notice_type,
    createdAt: row.created_at,
    attempts: row.attempts,
    outcome: row.settled_at === null ? 'waiting' : row.delivered === 1 ? 'delivered' : 'given_up',
    settledAt: row.settled_at,
    lastAnswer: row.last_answer,
  }));
}

/**
 * Adds a channel. A webhook gets a secret to sign with, which is shown this once.
 * @throws AppError `forbidden`, or `input_invalid` with a message for each field
 */
export async function addChannel(
  db: Db,
  actor: Actor,
  given: z.input<typeof channelInputSchema>,
  box: SecretBox,
): Promise<{ readonly channelId: string; readonly signingSecret: string | null }> {
  requirePermission(actor, 'settings:manage');
  const input = parseInput(channelInputSchema, given);
  const { host } = parseHttpUrl(input.url);
  const signingSecret = input.kind === 'webhook' ? newSigningSecret() : null;
  const channelId = newId();
  await db.transaction(async (tx) => {
    const others = await tx.q.selectFrom('notice_channels').select('name').execute();
    if (others.length >= mostChannels) {
      throw new AppError('input_invalid', `There may be ${mostChannels} channels at most.`);
    }
    await tx.q
      .insertInto('notice_channels')
      .values({
        channel_id: channelId,
        name: input.name,
        kind: input.kind,
        host,
        sealed: box.seal(
          JSON.stringify({ url: input.url, signingSecret }),
          channelContext(channelId),
        ),
        enabled: 1,
        alerts: input.alerts ? 1 : 0,
        run_ends: input.runEnds ? 1 : 0,
        created_at: tx.engine.now(),
        updated_at: tx.engine.now(),
      })
      .execute();
    await recordAudit(tx, actor, {
      action: 'channel.add',
      targetType: 'channel',
      targetId: channelId,
      summary: `Added the channel ${input.name} to ${host}`,
      after: { kind: input.kind, host, alerts: input.alerts, runEnds: input.runEnds },
    });
  });
  return { channelId, signingSecret };
}

/** Removes a channel with what waits for it. @throws AppError `forbidden` or `not_found` */
export async function deleteChannel(db: Db, actor: Actor, channelId: string): Promise<void> {
  requirePermission(actor, 'settings:manage');
  await db.transaction(async (tx) => {
    const channel = await tx.q
      .selectFrom('notice_channels')
      .select('name')
      .where('channel_id', '=', channelId)
      .executeTakeFirst();
    if (!channel) throw new AppError('not_found', 'There is no such channel.');
    await tx.q.deleteFrom('notice_channels').where('channel_id', '=', channelId).execute();
    await tx.q.deleteFrom('notice_deliveries').where('channel_id', '=', channelId).execute();
    await recordAudit(tx, actor, {
      action: 'channel.delete',
      targetType: 'channel',
      targetId: channelId,
      summary: `Deleted the channel ${channel.name}`,
    });
  });
}
