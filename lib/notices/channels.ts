/** Channels: where notices go. Their addresses hold tokens, so that both are sealed, and shown by host alone. */
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import { lockRow } from '#db/lock-row.ts';
import type { Instant, NoticeChannelsTable, NoticeDeliveriesTable } from '#db/schema.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { refuseChangedMeanwhile, seenSchema } from '#lib/audit/changed-meanwhile.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { parseHttpUrl } from '#lib/egress/url.ts';
import { AppError, parseInput } from '#lib/errors/app-error.ts';
import { boundedMessage } from '#lib/errors/bounded-message.ts';
import { newId } from '#lib/ids.ts';
import { objectFromText } from '#lib/json.ts';
import { nameText } from '#lib/people-text.ts';
import { channelContext, type SecretBox } from '#lib/sources/secrets.ts';
import { type ChannelKind, channelKinds, newSigningSecret } from './message.ts';
import { type Outgoing, postedSchema } from './send.ts';
import { type ChannelTiming, timingFromText, timingSchema } from './timing.ts';

export interface Channel {
  readonly channelId: string;
  readonly name: string;
  readonly kind: ChannelKind;
  /** Its host, the rest of the address is never shown; of e-mail the recipients. */
  readonly host: string;
  readonly enabled: boolean;
  readonly alerts: boolean;
  readonly runEnds: boolean;
  readonly timing: ChannelTiming;
  /** Until then nothing is sent, after a failure. */
  readonly blockedUntil: Instant | null;
}

export interface Delivery {
  readonly messageId: string;
  readonly channelId: string;
  readonly type: string;
  readonly title: string;
  readonly createdAt: Instant;
  readonly attempts: number;
  readonly outcome: 'held' | 'waiting' | 'delivered' | 'given_up';
  /** When what is held is told. */
  readonly heldUntil: Instant | null;
  readonly settledAt: Instant | null;
  /** Of the last attempt: `HTTP 503`, or a code. */
  readonly lastAnswer: string | null;
}

const fieldsSchema = z.strictObject({
  name: nameText({ most: 100, missing: 'Give a name.' }),
  /** Of a channel of e-mail the recipients, with commas; else where messages are posted. */
  address: z.string().trim().max(2_000, 'Use at most 2,000 characters.'),
  alerts: z.boolean(),
  runEnds: z.boolean(),
  timing: timingSchema.prefault({}),
});

export const channelInputSchema = fieldsSchema.extend({ kind: z.enum(channelKinds) });

export const channelChangeSchema = fieldsSchema.extend({
  channelId: z.string().max(36),
  enabled: z.boolean(),
  /** Of a webhook: sign with a new secret from now on. */
  newSecret: z.boolean(),
  /** Name, host, enabled, alerts, runEnds and timing as they were read. */
  seen: seenSchema,
});

const mostChannels = 20;
const mostRecipients = 20;
const mostShown = 50;

export async function listChannels({ q }: Session): Promise<Channel[]> {
  const rows = await q.selectFrom('notice_channels').selectAll().orderBy('name').execute();
  return rows.map(channelOf);
}

const channelOf = (row: Selectable<NoticeChannelsTable>): Channel => ({
  channelId: row.channel_id,
  name: row.name,
  kind: z.enum(channelKinds).parse(row.kind),
  host: row.host,
  enabled: row.enabled === 1,
  alerts: row.alerts === 1,
  runEnds: row.run_ends === 1,
  timing: timingFromText(row.timing),
  blockedUntil: row.blocked_until,
});

/** The delivery log: of all channels, newest first, 50 at most. */
export async function listDeliveries(session: Session): Promise<Delivery[]> {
  const newest = session.q
    .selectFrom('notice_deliveries')
    .selectAll()
    .select(session.engine.now().as('now'))
    .orderBy('delivery_no', 'desc');
  const rows = await session.engine.take(newest, mostShown).execute();
  return rows.map((row) => ({
    messageId: row.message_id,
    channelId: row.channel_id,
    type: row.notice_type,
    title: titleSchema.parse(objectFromText(row.notice)).title,
    createdAt: row.created_at,
    attempts: row.attempts,
    outcome: outcomeOf(row),
    heldUntil: row.held_until,
    settledAt: row.settled_at,
    lastAnswer: row.last_answer,
  }));
}

function outcomeOf(
  row: Pick<Selectable<NoticeDeliveriesTable>, 'settled_at' | 'delivered' | 'held_until'> & {
    readonly now: Instant;
  },
): Delivery['outcome'] {
  if (row.settled_at !== null) return row.delivered === 1 ? 'delivered' : 'given_up';
  return row.held_until !== null && row.held_until > row.now ? 'held' : 'waiting';
}

const titleSchema = z.object({ title: z.string() });

/**
 * Adds a channel. A webhook gets a secret to sign with, which is shown this once.
 * @param smtp null = no mail server is configured
 * @throws AppError `forbidden`, `smtp_not_configured`, or `input_invalid` with a message for each field
 */
export async function addChannel(
  db: Db,
  actor: Actor,
  given: z.input<typeof channelInputSchema>,
  { secretBox, smtp }: Pick<Outgoing, 'secretBox' | 'smtp'>,
): Promise<{ readonly channelId: string; readonly signingSecret: string | null }> {
  requirePermission(actor, 'settings:manage');
  const input = parseInput(channelInputSchema, given);
  if (input.kind === 'email' && smtp === null) {
    throw new AppError('smtp_not_configured', 'No mail server is configured.');
  }
  const address = addressOf(input.kind, input.address);
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
        kind: input.kind,
        sealed: sealedOf(secretBox, channelId, address, signingSecret),
        enabled: 1,
        created_at: tx.engine.now(),
        ...columnsOf(tx, input, address.shown),
      })
      .execute();
    await recordAudit(tx, actor, {
      action: 'channel.add',
      targetType: 'channel',
      targetId: channelId,
      summary: `Added the channel ${input.name} to ${address.shown}`,
      after: { kind: input.kind, ...auditOf(input, address.shown) },
    });
  });
  return { channelId, signingSecret };
}

/**
 * Changes a channel; an empty address stays as it is, and so does the secret of a webhook unless a new one is asked for.
 * What is held is told at once when the times of the channel change.
 * @returns the new secret, which is shown this once; null where it stays
 * @throws AppError `forbidden`, `not_found`, `secret_unreadable`, `conflict` when it is no longer as it was seen, or
 * `input_invalid` with a message for each field
 */
export async function changeChannel(
  db: Db,
  actor: Actor,
  given: z.input<typeof channelChangeSchema>,
  { secretBox }: Pick<Outgoing, 'secretBox'>,
): Promise<string | null> {
  requirePermission(actor, 'settings:manage');
  const input = parseInput(channelChangeSchema, given);
  const { channelId } = input;
  return db.transaction(async (tx) => {
    await lockRow(tx, 'notice_channels', 'channel_id', channelId);
    const row = await tx.q
      .selectFrom('notice_channels')
      .selectAll()
      .where('channel_id', '=', channelId)
      .executeTakeFirst();
    if (!row) throw new AppError('not_found', 'There is no such channel.');
    const before = channelOf(row);
    await refuseChangedMeanwhile(tx, {
      what: `the channel ${before.name}`,
      targetType: 'channel',
      targetId: channelId,
      actions: ['channel.change'],
      seen: input.seen,
      stored: { ...before },
    });
    const stored = (): unknown => JSON.parse(secretBox.open(row.sealed, channelContext(channelId)));
    const signingSecret = input.newSecret && before.kind === 'webhook' ? newSigningSecret() : null;
    let { sealed, host } = row;
    if (input.address !== '') {
      const address = addressOf(before.kind, input.address);
      const kept = before.kind === 'webhook' ? postedSchema.parse(stored()).signingSecret : null;
      sealed = sealedOf(secretBox, channelId, address, signingSecret ?? kept);
      host = address.shown;
    } else if (signingSecret !== null) {
      const { url } = postedSchema.parse(stored());
      sealed = sealedOf(secretBox, channelId, { shown: host, url }, signingSecret);
    }
    await tx.q
      .updateTable('notice_channels')
      .set({
        sealed,
        enabled: input.enabled ? 1 : 0,
        // Whatever was wrong with the old address may be right with the new one.
        blocked_until: null,
        ...columnsOf(tx, input, host),
      })
      .where('channel_id', '=', channelId)
      .execute();
    if (JSON.stringify(before.timing) !== JSON.stringify(input.timing)) {
      await tx.q
        .updateTable('notice_deliveries')
        .set({ held_until: tx.engine.now() })
        .where('channel_id', '=', channelId)
        .where('settled_at', 'is', null)
        .where('held_until', '>', tx.engine.now())
        .execute();
    }
    await recordAudit(tx, actor, {
      action: 'channel.change',
      targetType: 'channel',
      targetId: channelId,
      summary: `Changed the channel ${input.name}`,
      before: { enabled: before.enabled, ...auditOf(before, before.host) },
      after: {
        enabled: input.enabled,
        ...auditOf(input, host),
        ...(input.address === '' ? {} : { address: 'entered anew' }),
        ...(signingSecret === null ? {} : { secret: 'made anew' }),
      },
    });
    return signingSecret;
  });
}

type Address =
  | { readonly shown: string; readonly url: string }
  | { readonly shown: string; readonly to: readonly string[] };

/** @throws AppError `input_invalid` for the field `address` */
function addressOf(kind: ChannelKind, text: string): Address {
  const refused = (message: string) =>
    new AppError('input_invalid', message, { fields: { address: message } });
  if (text === '') throw refused('Give the address.');
  if (kind !== 'email') {
    try {
      return { shown: parseHttpUrl(text).host, url: text };
    } catch (error) {
      throw error instanceof AppError ? refused(error.message) : error;
    }
  }
  const to = [...new Set(text.split(/[\s,;]+/).filter((part) => part !== ''))];
  const wrong = to.find((one) => !z.email().safeParse(one).success);
  if (wrong !== undefined) throw refused(`${wrong} is not an e-mail address.`);
  if (to.length > mostRecipients) throw refused(`Use at most ${mostRecipients} addresses.`);
  return { shown: boundedMessage(to.join(', '), 300), to };
}

function sealedOf(
  box: SecretBox,
  channelId: string,
  address: Address,
  signingSecret: string | null,
): string {
  const plain = 'url' in address ? { url: address.url, signingSecret } : { to: address.to };
  return box.seal(JSON.stringify(plain), channelContext(channelId));
}

type Fields = Pick<z.output<typeof fieldsSchema>, 'name' | 'alerts' | 'runEnds' | 'timing'>;

const columnsOf = ({ engine }: Session, input: Fields, host: string) => ({
  name: input.name,
  host,
  alerts: input.alerts ? (1 as const) : (0 as const),
  run_ends: input.runEnds ? (1 as const) : (0 as const),
  timing: JSON.stringify(input.timing),
  updated_at: engine.now(),
});

const auditOf = ({ name, alerts, runEnds, timing }: Fields, host: string) => ({
  name,
  host,
  alerts,
  runEnds,
  timing,
});

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
