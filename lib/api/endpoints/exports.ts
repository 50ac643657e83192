/** What is searched and taken along: the search of the palette, the audit log, and lists as files. */
import { z } from 'zod';
import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { auditFilters } from '#lib/audit/audit-filters.ts';
import { exportAudit, listAudit, parseAuditQuery } from '#lib/audit/list-audit.ts';
import { verifyNewest } from '#lib/audit/verify-audit.ts';
import { exportFormats, mediaTypes } from '#lib/exports/csv.ts';
import { asStream, type ExportRequest, type ExportText } from '#lib/exports/pages-as-text.ts';
import { refusedAsCsv } from '#lib/items/bulk/outcomes.ts';
import { exportWorkItems } from '#lib/items/export.ts';
import { itemFilters } from '#lib/items/list/filters/registry.ts';
import { exportReport } from '#lib/report/read-report.ts';
import { find } from '#lib/search/find.ts';
import { type ApiContext, endpoint, id, limit, pageOf, Reply, type Touched } from '../endpoint.ts';
import { filterQuery, refuseProblems } from '../list-filters.ts';
import { auditRecordOutput, auditVerificationOutput, foundOutput } from '../outputs/audit.ts';
import { ofBulkAction, ofListed } from '../touched.ts';

const all = (): Touched => 'all';

const format = z.enum(exportFormats).default('csv').meta({ description: 'CSV, or a JSON a line.' });

const auditQuery = filterQuery(auditFilters.words);

const bom = z.literal('1').optional().meta({
  description: '1 = a CSV begins with a byte order mark, as spreadsheet programs want it.',
});

type Raw = Readonly<Record<string, string | undefined>>;
type Export = (db: Db, actor: Actor, request: ExportRequest) => Promise<ExportText>;

/** A list's file, made while it is read. */
async function file(
  { runtime, actor }: ApiContext,
  start: Export,
  {
    format: asked,
    bom: mark,
    ...parameters
  }: { readonly format: (typeof exportFormats)[number]; readonly bom?: '1' | undefined },
): Promise<Reply> {
  const request = { parameters, format: asked, reads: runtime.reads };
  const text = await start(runtime.db, actor, request);
  const options = { bom: mark === '1' && asked === 'csv' };
  return new Reply(asStream(text, options), 200, { 'content-type': mediaTypes[asked] });
}

export const exports_ = [
  endpoint({
    id: 'report.export',
    method: 'GET',
    path: '/report/export',
    summary:
      'Export what each source did in a month as CSV, or with format=ndjson as a JSON a line; a token of some sources has these',
    permission: 'console:view',
    query: z.strictObject({ month: z.string().max(10).optional(), format }),
    output: 'text/csv',
    cost: 50,
    touches: () => [],
    run: (context, { query }) => file(context, exportReport, query),
  }),
  endpoint({
    id: 'items.export',
    method: 'GET',
    path: '/items/export',
    summary: 'Export the work items of a filter as CSV, or with format=ndjson as a JSON a line',
    permission: 'console:view',
    query: z.strictObject({ ...filterQuery(itemFilters.words), format, bom }),
    output: 'text/csv',
    cost: 50,
    touches: (_, { query }) => ofListed(query as Raw),
    run: (context, { query }) => file(context, exportWorkItems, query),
  }),
  endpoint({
    id: 'bulk-actions.refused',
    method: 'GET',
    path: '/bulk-actions/{bulkActionId}/refused',
    summary: 'Export the items that a background action left as they are, with why',
    permission: 'console:view',
    params: z.strictObject({ bulkActionId: id }),
    output: 'text/csv',
    cost: 50,
    touches: ({ runtime }, input) => ofBulkAction(runtime.db, input.params.bulkActionId),
    run: async ({ runtime }, { params: { bulkActionId } }) =>
      new Reply(asStream(refusedAsCsv(runtime.db, bulkActionId))),
  }),
  endpoint({
    id: 'audit.list',
    method: 'GET',
    path: '/audit',
    summary: 'List the audit log, newest first',
    permission: 'console:view',
    query: z.strictObject({
      ...auditQuery,
      cursor: z.string().min(1).max(4000).optional(),
      limit,
    }),
    output: pageOf(auditRecordOutput),
    touches: all,
    run({ runtime }, { query: { limit: most, ...raw } }) {
      const { query, problems } = parseAuditQuery(raw as Raw);
      refuseProblems(problems);
      return listAudit(runtime.reads, query, most === undefined ? {} : { limit: most });
    },
  }),
  endpoint({
    id: 'audit.verify',
    method: 'POST',
    path: '/audit/verify',
    summary:
      'Verify the chain of the newest 20,000 entries of the audit log, and record the outcome',
    permission: 'database:examine',
    output: auditVerificationOutput,
    cost: 20,
    touches: all,
    run: ({ runtime, actor }) => verifyNewest(runtime.db, actor),
  }),
  endpoint({
    id: 'audit.export',
    method: 'GET',
    path: '/audit/export',
    summary: 'Export the audit log as CSV, or with format=ndjson as a JSON a line',
    permission: 'console:view',
    query: z.strictObject({ ...auditQuery, format, bom }),
    output: 'text/csv',
    cost: 50,
    touches: all,
    run: (context, { query }) => file(context, exportAudit, query),
  }),
  endpoint({
    id: 'search',
    method: 'GET',
    path: '/search',
    summary:
      'Find sources, runs, hosts, schedules, failures and items by name, id or address, six each',
    permission: 'console:view',
    query: z.strictObject({ q: z.string().min(2).max(200) }),
    output: z.object({ rows: z.array(foundOutput) }),
    cost: 5,
    touches: () => [],
    run: async ({ runtime, actor }, { query: { q } }) => ({
      rows: await find(runtime.reads, actor, q),
    }),
  }),
];
