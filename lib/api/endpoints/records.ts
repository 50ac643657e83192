/** Records: what fetches brought, as text and byte by byte. */
import { z } from 'zod';
import { sightOf } from '#lib/actor/model.ts';
import { recordDownload } from '#lib/audit/record-download.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { sortDirections } from '#lib/paging/sort-direction.ts';
import { getReceivedBody } from '#lib/records/body.ts';
import { getPageText, getRecord, getRecordPayload } from '#lib/records/detail.ts';
import { listRecords, parseRecordQuery } from '#lib/records/list.ts';
import { requireReadable } from '#lib/records/readable.ts';
import { recordFilters } from '#lib/records/record-filters.ts';
import { requireClean } from '#lib/records/scan.ts';
import { type ApiContext, endpoint, id, limit, pageOf, Reply } from '../endpoint.ts';
import { filterQuery, refuseProblems } from '../list-filters.ts';
import { recordDetailOutput, recordSummaryOutput } from '../outputs/records.ts';
import { ofListed, ofRecord } from '../touched.ts';

const params = z.strictObject({ ingestId: id });
type Params = { readonly params: z.output<typeof params> };

const touches = ({ runtime }: ApiContext, input: Params) =>
  ofRecord(runtime.db, input.params.ingestId);

const readable = ({ runtime, actor }: ApiContext, input: Params) =>
  requireReadable(runtime.db, actor, input.params.ingestId);

const listQuery = z.strictObject({
  ...filterQuery(recordFilters.words),
  dir: z.enum(sortDirections).optional(),
  cursor: z.string().min(1).max(4000).optional(),
  limit,
});

function queryOf(raw: Readonly<Record<string, string>>) {
  const { query, problems } = parseRecordQuery(raw);
  refuseProblems(problems);
  return query;
}

function there<T>(found: T | null, what = 'There is no such record.'): T {
  if (found === null) throw new AppError('not_found', what);
  return found;
}

export const records = [
  endpoint({
    id: 'records.list',
    method: 'GET',
    path: '/records',
    summary: 'List records, newest first; a token of some sources has those of these',
    permission: 'console:view',
    query: listQuery,
    output: pageOf(recordSummaryOutput),
    touches: (_, { query }) => ofListed(query as Record<string, string>),
    run({ runtime, actor }, { query: { limit: most, ...raw } }) {
      const query = queryOf(raw as Record<string, string>);
      const options = { sight: sightOf(actor), ...(most === undefined ? {} : { limit: most }) };
      return listRecords(runtime.reads, query, options);
    },
  }),
  endpoint({
    id: 'records.get',
    method: 'GET',
    path: '/records/{ingestId}',
    summary: 'Read a record; a payload beyond 64 KiB is null and read by itself',
    permission: 'records:read',
    params,
    output: recordDetailOutput,
    touches,
    async run(context, input) {
      await readable(context, input);
      return there(await getRecord(context.runtime.db, input.params.ingestId));
    },
  }),
  endpoint({
    id: 'records.payload',
    method: 'GET',
    path: '/records/{ingestId}/payload',
    summary: 'Read the payload of a record as text',
    permission: 'records:read',
    params,
    output: 'text/plain',
    cost: 5,
    touches,
    async run({ runtime: { db, config }, actor }, { params: { ingestId } }) {
      await requireReadable(db, actor, ingestId);
      const { payload } = there(await getRecordPayload(db, ingestId));
      await requireClean(db, actor, { ingestId, content: payload, scanner: config.scanner });
      await recordDownload(db, actor, {
        targetType: 'record',
        targetId: ingestId,
        what: 'the payload of a record',
      });
      return payload;
    },
  }),
  endpoint({
    id: 'records.text',
    method: 'GET',
    path: '/records/{ingestId}/text',
    summary: 'Read the main text of a page, as it was extracted',
    permission: 'records:read',
    params,
    output: 'text/plain',
    cost: 5,
    touches,
    async run(context, input) {
      await readable(context, input);
      const { db, config } = context.runtime;
      const { ingestId } = input.params;
      const text = there(await getPageText(db, ingestId), 'There is no main text of this record.');
      await requireClean(db, context.actor, { ingestId, content: text, scanner: config.scanner });
      return text;
    },
  }),
  endpoint({
    id: 'records.bytes',
    method: 'GET',
    path: '/records/{ingestId}/bytes',
    summary: 'Read what was received, byte by byte',
    permission: 'records:read',
    params,
    output: 'application/octet-stream',
    cost: 5,
    touches,
    async run({ runtime: { db, config }, actor }, { params: { ingestId } }) {
      await requireReadable(db, actor, ingestId);
      const { body, sha256 } = there(
        await getReceivedBody(db, ingestId),
        'There is no such record, or its bytes were not kept.',
      );
      await requireClean(db, actor, { ingestId, content: body, scanner: config.scanner });
      await recordDownload(db, actor, {
        targetType: 'record',
        targetId: ingestId,
        what: 'the bytes of a record',
      });
      return new Reply(body, 200, {
        // RFC 9530
        'repr-digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
      });
    },
  }),
];
