/** The entries of an audit filter as a file of any size, newest first; memory holds one page. */
import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { type ExportRequest, pagesAsText } from '#lib/exports/pages-as-text.ts';
import { listAudit, parseAuditQuery } from './list-audit.ts';
import type { AuditRecord } from './model.ts';
import { recordAudit } from './record-audit.ts';

const columns = [
  'auditId',
  'at',
  'actorId',
  'actorEmail',
  'action',
  'targetType',
  'targetId',
  'summary',
  'before',
  'after',
] as const satisfies readonly (keyof AuditRecord)[];

/**
 * Starts an export of what the log's address shows; its position is not looked at. The export is an entry
 * of the log itself.
 * @throws AppError `forbidden`, or `input_invalid` when a parameter is not understood: a page says that it
 *   ignores it, a file could not
 */
export async function exportAudit(
  db: Db,
  actor: Actor,
  request: ExportRequest,
): Promise<AsyncGenerator<string, void, void>> {
  requirePermission(actor, 'console:view');
  const { query, problems } = parseAuditQuery(request.parameters);
  const [problem] = problems;
  if (problem) throw new AppError('input_invalid', problem.message);
  const { cursor: _, ...filter } = query;
  await db.transaction((tx) =>
    recordAudit(tx, actor, {
      action: 'audit.export',
      targetType: 'audit',
      targetId: null,
      summary: `Exported the audit log as ${request.format.toUpperCase()}`,
      after: filter,
    }),
  );
  const reads = request.reads ?? db;
  return pagesAsText(
    { columns, read: (cursor) => listAudit(reads, { ...filter, cursor }), fields: fieldsOf },
    request.format,
  );
}

/** What was before and after is a field of JSON. */
const fieldsOf = ({ before, after, ...entry }: AuditRecord) => ({
  ...entry,
  before: textOf(before),
  after: textOf(after),
});

const textOf = (state: AuditRecord['before']) => (state === null ? null : JSON.stringify(state));
