/** What the queue knows of a source, streamed. */
import { sql } from 'kysely';
import { chunkSize } from '#db/chunks.ts';
import type { Session } from '#db/engine.ts';
import type { WorkItemStatus } from '#db/schema.ts';
import { statusIs } from './lease/leased-item.ts';
import type { WorkItem } from './model.ts';
import { workItemFromRow } from './rows.ts';

export interface KnownResourcesFilter {
  readonly sourceSystem?: string;
  readonly sourceName?: string;
  readonly resourceType?: string;
  readonly status?: WorkItemStatus;
}

/** Items in id order, read in keyset pages of 500: memory does not grow with the table. */
export async function* getKnownResources(
  s: Session,
  filter: KnownResourcesFilter = {},
): AsyncGenerator<WorkItem> {
  let cursor: string | undefined = '';
  while (cursor !== undefined) {
    const rows = await page(s, filter, cursor);
    for (const row of rows) yield workItemFromRow(row);
    cursor = rows.length < chunkSize ? undefined : rows.at(-1)?.work_item_id;
  }
}

function page(s: Session, filter: KnownResourcesFilter, cursor: string) {
  const exactly = (column: string, text: string) => s.engine.isExactly(sql.ref(column), text);
  let query = s.q
    .selectFrom('work_items')
    .selectAll()
    .where('work_item_id', '>', cursor)
    .orderBy('work_item_id');
  const { sourceSystem, sourceName, resourceType, status } = filter;
  if (sourceSystem !== undefined) query = query.where(exactly('source_system', sourceSystem));
  if (sourceName !== undefined) query = query.where(exactly('source_name', sourceName));
  if (resourceType !== undefined) query = query.where(exactly('resource_type', resourceType));
  if (status !== undefined) query = query.where('status', '=', statusIs(status));
  return s.engine.take(query, chunkSize).execute();
}
