/** Recording events in the transaction of what they are about. */
import { rowsAtOnce } from '#db/chunks.ts';
import type { Session, Write } from '#db/engine.ts';
import type { WorkItemRow } from '#db/schema.ts';
import { boundedMessage } from '#lib/errors/bounded-message.ts';
import { eventKinds, type NewEvent } from './model.ts';

const messageLength = 1_000;

/**
 * Writes the events so that they commit with what they are about, or not at all. Call it last in the
 * transaction: until the commit, readers do not see what others record meanwhile.
 */
export async function recordEvents(tx: Session, events: readonly NewEvent[]): Promise<void> {
  for (const write of eventWrites(tx, events)) await write.execute();
}

/** The same, to be sent with what they are about. */
export function eventWrites(tx: Session, events: readonly NewEvent[]): Write[] {
  const rows = events.map((event) => rowOf(tx, event));
  return [...rowsAtOnce(rows)].map((some) => tx.q.insertInto('events').values(some));
}

/** What an event about an item says of it. */
export const ofItem = (item: WorkItemRow) => ({
  workItemId: item.work_item_id,
  runId: item.run_id,
  sourceName: item.source_name,
  host: item.host,
});

const rowOf = (tx: Session, event: NewEvent) => ({
  at: tx.engine.now(),
  kind: event.kind,
  level: event.level ?? eventKinds[event.kind],
  run_id: event.runId ?? null,
  source_name: event.sourceName ?? null,
  work_item_id: event.workItemId ?? null,
  worker_id: event.workerId ?? null,
  host: event.host ?? null,
  message: boundedMessage(event.message, messageLength),
  data: event.data === undefined ? null : JSON.stringify(event.data),
});
