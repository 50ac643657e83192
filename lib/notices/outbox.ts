/** What is to be told, put down in the transaction of what happened: it is told if that commits, and not otherwise. */
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { newId } from '#lib/ids.ts';
import type { JsonObject } from '#lib/json.ts';
import { heldUntil, type Severity, timingFromText } from './timing.ts';

export const noticeTypes = [
  'alert.opened',
  'alert.closed',
  'run.completed',
  'run.failed',
  'run.cancelled',
  'run.stopped',
] as const;
export type NoticeType = (typeof noticeTypes)[number];

export interface Notice {
  readonly type: NoticeType;
  /** A line for a person. */
  readonly title: string;
  readonly detail: string;
  readonly severity: Severity;
  /** The page of the console to look at: `/runs/…`. */
  readonly href: string;
  /** What a program goes on with. Without secrets. */
  readonly data: JsonObject;
}

/**
 * One delivery for each channel that wants it, held as the channel wants it. The id stays the same however often it is
 * sent. Where no channel is set up this is one read that finds nothing.
 */
export async function putNotice(tx: Session, notice: Notice): Promise<void> {
  const isRunEnd = notice.type.startsWith('run.');
  const channels = await tx.q
    .selectFrom('notice_channels')
    .select(['channel_id', 'timing', tx.engine.now().as('now')])
    .where('enabled', '=', 1)
    .where(isRunEnd ? 'run_ends' : 'alerts', '=', 1)
    .orderBy('channel_id')
    .execute();
  const { type, title, detail, severity, href, data } = notice;
  for (const { channel_id: channelId, timing: text, now } of channels) {
    const timing = timingFromText(text);
    const next = timing.digest === null ? null : await nextOfHeld(tx, channelId);
    const until = heldUntil(timing, severity, now, next);
    await tx.q
      .insertInto('notice_deliveries')
      .values({
        channel_id: channelId,
        message_id: newId(),
        notice_type: type,
        notice: JSON.stringify({ title, detail, severity, href, data }),
        created_at: tx.engine.now(),
        held_until: until === null ? null : tx.engine.instantParam(until),
      })
      .execute();
  }
}

/** When what is held of the channel is told; null = nothing is. */
async function nextOfHeld({ q }: Session, channelId: string): Promise<Instant | null> {
  const row = await q
    .selectFrom('notice_deliveries')
    .select((eb) => eb.fn.min('held_until').as('next'))
    .where('channel_id', '=', channelId)
    .where('settled_at', 'is', null)
    .where('batch_id', 'is', null)
    .executeTakeFirst();
  return row?.next ?? null;
}
