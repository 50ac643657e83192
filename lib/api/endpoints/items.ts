/** Work items: the list with its filters, one of them, enqueueing, and the changes of the registry. */
import { z } from 'zod';
import { sightOf } from '#lib/actor/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { addedSchema, addOne, addOneSchema } from '#lib/items/add-one.ts';
import { changeItems } from '#lib/items/changes/change-items.ts';
import { changeOutcome, itemChangeSchema } from '#lib/items/changes/registry.ts';
import { getWorkItemDetail } from '#lib/items/detail.ts';
import { enqueueItems, enqueueSchema } from '#lib/items/enqueue.ts';
import { itemFilters } from '#lib/items/list/filters/registry.ts';
import { countWorkItems, listWorkItems } from '#lib/items/list/list.ts';
import { parseWorkItemQuery } from '#lib/items/list/query.ts';
import { workItemSorts } from '#lib/items/list/sorts.ts';
import { readSkipped } from '#lib/items/skipped.ts';
import { sortDirections } from '#lib/paging/sort-direction.ts';
import { type ApiContext, endpoint, id, limit, pageOf, Reply } from '../endpoint.ts';
import { filterQuery, refuseProblems } from '../list-filters.ts';
import {
  skippedItemsOutput,
  waitingAnswerOutput,
  workItemDetailOutput,
  workItemSummaryOutput,
} from '../outputs/items.ts';
import { countOutput } from '../outputs/shared.ts';
import { ofChangedItems, ofItem, ofListed, ofRun } from '../touched.ts';

const params = z.strictObject({ workItemId: id });
type Params = { readonly params: z.output<typeof params> };

const touches = ({ runtime }: ApiContext, input: Params) =>
  ofItem(runtime.db, input.params.workItemId);

const countQuery = z.strictObject(filterQuery(itemFilters.words));
const listQuery = z.strictObject({
  ...filterQuery(itemFilters.words),
  sort: z.enum(workItemSorts).optional(),
  dir: z.enum(sortDirections).optional(),
  cursor: z.string().min(1).max(4000).optional(),
  limit,
});

type Raw = Readonly<Record<string, string | undefined>>;

function queryOf(raw: Raw) {
  const { query, problems } = parseWorkItemQuery(raw);
  refuseProblems(problems);
  return query;
}

async function detailOf({ runtime, actor }: ApiContext, input: Params) {
  const detail = await getWorkItemDetail(runtime.db, input.params.workItemId, actor);
  if (detail === null) throw new AppError('not_found', 'There is no such work item.');
  return detail;
}

export const items = [
  endpoint({
    id: 'items.list',
    method: 'GET',
    path: '/items',
    summary: 'List work items by the filters of the console; a token of some sources has these',
    permission: 'console:view',
    query: listQuery,
    output: pageOf(workItemSummaryOutput),
    touches: (_, { query }) => ofListed(query as Raw),
    run({ runtime, actor }, { query: { limit: most, ...raw } }) {
      const options = { sight: sightOf(actor), ...(most === undefined ? {} : { limit: most }) };
      return listWorkItems(runtime.reads, queryOf(raw), options);
    },
  }),
  endpoint({
    id: 'items.count',
    method: 'GET',
    path: '/items/count',
    summary: 'Count the work items of a filter; beyond 10,000 it may say at least',
    permission: 'console:view',
    query: countQuery,
    output: countOutput,
    cost: 5,
    touches: (_, { query }) => ofListed(query as Raw),
    run: ({ runtime, actor }, { query }) =>
      countWorkItems(runtime.reads, queryOf(query as Raw).filter, sightOf(actor)),
  }),
  endpoint({
    id: 'items.skipped',
    method: 'GET',
    path: '/items/skipped',
    summary: 'Count skipped items by why they were skipped, of one source or all',
    permission: 'console:view',
    query: z.strictObject({ source: z.string().min(1).max(100).optional() }),
    output: skippedItemsOutput,
    cost: 5,
    touches: (_, { query }) => ofListed(query),
    run: ({ runtime, actor }, { query: { source } }) =>
      readSkipped(runtime.reads, source, sightOf(actor)),
  }),
  endpoint({
    id: 'items.add',
    method: 'POST',
    path: '/items/one',
    summary:
      'Fetch one address, id or title of a source now, if its rules do not leave it out, and say what it became',
    permission: 'work-items:change',
    body: addOneSchema,
    output: addedSchema,
    isKeyed: true,
    touches: (_, { body }) => [body.source],
    run: ({ runtime, actor, requestKey }, { body }) =>
      addOne(runtime.db, actor, body, { requestKey }),
  }),
  endpoint({
    id: 'items.enqueue',
    method: 'POST',
    path: '/items',
    summary: 'Enqueue resources of a source; those that are known stay as they are',
    permission: 'work-items:change',
    body: enqueueSchema,
    output: z.object({ workItemIds: z.array(z.string()) }),
    isKeyed: true,
    async touches({ runtime }, { body }) {
      if (body.runId === undefined) return [body.source];
      const run = await ofRun(runtime.db, body.runId);
      return run === 'all' ? 'all' : [body.source, ...run];
    },
    run: async ({ runtime, actor, requestKey }, { body }) =>
      new Reply(await enqueueItems(runtime.db, actor, body, { requestKey }), 201),
  }),
  endpoint({
    id: 'items.change',
    method: 'POST',
    path: '/items/changes',
    summary: 'Change up to 1,000 work items at once: retry, skip, hold, move …',
    permission: 'work-items:change',
    body: z.strictObject({ change: itemChangeSchema, ids: z.array(id).min(1).max(1000) }),
    output: z.object({ changed: z.int(), refused: z.int(), outcome: z.string() }),
    isKeyed: true,
    touches: ({ runtime }, { body }) => ofChangedItems(runtime.db, body.change, body.ids),
    async run({ runtime, actor, requestKey }, { body: { change, ids } }) {
      const keyed = requestKey === undefined ? {} : { requestKey };
      const result = await changeItems(runtime.db, actor, change, ids, keyed);
      return { ...result, outcome: changeOutcome(change, result.changed) };
    },
  }),
  endpoint({
    id: 'items.get',
    method: 'GET',
    path: '/items/{workItemId}',
    summary: 'Read a work item with its attempts, records and what it waits for',
    permission: 'console:view',
    params,
    output: workItemDetailOutput,
    touches,
    run: detailOf,
  }),
  endpoint({
    id: 'items.waiting',
    method: 'GET',
    path: '/items/{workItemId}/waiting',
    summary: 'Say why a work item waits, and until when',
    permission: 'console:view',
    params,
    output: waitingAnswerOutput,
    touches,
    run: async (context, input) => (await detailOf(context, input)).waiting,
  }),
];
