/**
 * The work items of a filter as a file of any size. Read page by page in order of creation, which no
 * worker moves: each item comes once, and memory holds one page.
 */
import type { Db } from '#db/engine.ts';
import { type Actor, sightOf } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { type ExportRequest, pagesAsText } from '#lib/exports/pages-as-text.ts';
import { listWorkItems, type WorkItemSummary } from './list/list.ts';
import { parseWorkItemQuery } from './list/query.ts';

const columns = [
  'workItemId',
  'sourceSystem',
  'sourceName',
  'resourceType',
  'resourceId',
  'requestUri',
  'status',
  'waitReason',
  'priority',
  'attempt',
  'depth',
  'runId',
  'createdAt',
  'updatedAt',
  'availableAt',
  'leaseOwner',
  'lastFetchedAt',
  'lastChangedAt',
  'nextFetchAt',
  'lastHttpStatus',
  'errorCode',
  'errorMessage',
] as const satisfies readonly (keyof WorkItemSummary)[];

/**
 * Starts an export of what a list's address shows; order and position are ignored. The request is
 * recorded in the audit log; the text comes as it is asked for, some dozen kilobytes at a time.
 * @throws AppError `forbidden`, or `input_invalid` when a parameter is not understood: a list says that
 *   it ignores it, a file could not
 */
export async function exportWorkItems(
  db: Db,
  actor: Actor,
  request: ExportRequest,
): Promise<AsyncGenerator<string, void, void>> {
  requirePermission(actor, 'console:view');
  const { query, problems } = parseWorkItemQuery(request.parameters, request.clock);
  const [problem] = problems;
  if (problem) throw new AppError('input_invalid', problem.message);
  await db.transaction((tx) =>
    recordAudit(tx, actor, {
      action: 'work-items.export',
      targetType: 'work-item',
      targetId: null,
      summary: `Exported work items as ${request.format.toUpperCase()}`,
      after: query.filter,
    }),
  );
  const reads = request.reads ?? db;
  const order = { filter: query.filter, sort: 'created_at', direction: 'asc' } as const;
  return pagesAsText(
    {
      columns,
      read: (cursor) => listWorkItems(reads, { ...order, cursor }, { sight: sightOf(actor) }),
      fields: (item: WorkItemSummary) => item,
    },
    request.format,
  );
}
