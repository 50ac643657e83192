/** The entries of an audit filter as a file of any size, newest first; memory holds one page. */
import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/access/model.ts';
import { requirePermission } from '#lib/access/require-permission.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { csvLine, type ExportFormat } from '#lib/exports/csv.ts';
import type { RawParameters } from '#lib/paging/parameters.ts';
import { type AuditQuery, listAudit, parseAuditQuery } from './list-audit.ts';
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
  request: {
    readonly parameters: RawParameters;
    readonly format: ExportFormat;
    /** Where the entries are read; default `db`. */
    readonly reads?: Db;
  },
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
  return pagesAsText(request.reads ?? db, filter, request.format);
}

async function* pagesAsText(db: Db, filter: AuditQuery, format: ExportFormat) {
  if (format === 'csv') yield csvLine(columns);
  const line = format === 'csv' ? asCsv : asJson;
  let cursor: string | undefined;
  do {
    const page = await listAudit(db, { ...filter, cursor });
    if (page.rows.length > 0) yield page.rows.map(line).join('');
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

const asJson = (entry: AuditRecord) => `${JSON.stringify(entry)}\n`;

/** What was before and after is a field of JSON. */
const asCsv = ({ before, after, ...entry }: AuditRecord) => {
  const states = { before: textOf(before), after: textOf(after) };
  const fields = { ...entry, ...states };
  return csvLine(columns.map((column) => fields[column]));
};

const textOf = (state: AuditRecord['before']) => (state === null ? null : JSON.stringify(state));
