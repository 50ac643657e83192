/** What is to be told, put down in the transaction of what happened: it is told if that commits, and not otherwise. */
import type { Session } from '#db/engine.ts';
import { newId } from '#lib/ids.ts';
import type { JsonObject } from '#lib/json.ts';

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
  /** What a program goes on with. Without secrets. */
  readonly data: JsonObject;
}

/**
 * One delivery for each channel that wants it. The id stays the same however often it is sent. Where no channel is
 * set up this is one read that finds nothing.
 */
export async function putNotice(tx: Session, notice: Notice): Promise<void> {
  const isRunEnd = notice.type.startsWith('run.');
  const channels = await tx.q
    .selectFrom('notice_channels')
    .select('channel_id')
    .where('enabled', '=', 1)
    .where(isRunEnd ? 'run_ends' : 'alerts', '=', 1)
    .orderBy('channel_id')
    .execute();
  for (const { channel_id: channelId } of channels) {
    await tx.q
      .insertInto('notice_deliveries')
      .values({
        channel_id: channelId,
        message_id: newId(),
        notice_type: notice.type,
        notice: JSON.stringify({ title: notice.title, detail: notice.detail, data: notice.data }),
        created_at: tx.engine.now(),
      })
      .execute();
  }
}
