/** What the queue knows of a source, streamed. */
import { sql } from 'kysely';
import { chunkSize } from '#db/chunks.ts';
import type { Session } from '#db/engine.ts';
import { type WorkItemRow, type WorkItemStatus, workItemStatuses } from '#db/schema.ts';
import type { WorkItem } from './model.ts';
import { workItemFromRow } from './rows.ts';
import { type Portion, walkItems } from './walk-items.ts';

export interface KnownResourcesFilter {
  readonly sourceSystem?: string;
  readonly sourceName?: string;
  readonly resourceType?: string;
  readonly status?: WorkItemStatus;
}

/** Items in the order of their creation, read in pages of 500: memory does not grow with the table. */
export async function* getKnownResources(
  s: Session,
  { sourceSystem, sourceName, resourceType, status }: KnownResourcesFilter = {},
): AsyncGenerator<WorkItem> {
  const exactly = (column: string, text: string) => s.engine.isExactly(sql.ref(column), text);
  const isTested = sourceSystem !== undefined || resourceType !== undefined;
  const walked = { sourceName, statuses: status === undefined ? workItemStatuses : [status] };
  let position: string | null = '';
  while (position !== null) {
    const portion: Portion<WorkItemRow> = await walkItems(
      s,
      walked,
      position,
      chunkSize,
      (from) => {
        let rows = from;
        if (sourceSystem !== undefined) rows = rows.where(exactly('source_system', sourceSystem));
        if (resourceType !== undefined) rows = rows.where(exactly('resource_type', resourceType));
        return rows.selectAll();
      },
      isTested,
    );
    for (const row of portion.rows) yield workItemFromRow(row);
    position = portion.next;
  }
}
