/** Background actions: one change to all items of a filter, with dry run and undo. */
import { z } from 'zod';
import { sightOf } from '#lib/actor/model.ts';
import { newId } from '#lib/ids.ts';
import { bulkFilters } from '#lib/items/bulk/bulk-filters.ts';
import { abortBulkAction, setBulkThrottle, undoBulkAction } from '#lib/items/bulk/control.ts';
import { carryOutDryRun, launchBulkAction, previewBulkAction } from '#lib/items/bulk/launch.ts';
import { bulkScopeSchema, launchBulkActionSchema, throttleSchema } from '#lib/items/bulk/model.ts';
import { listBulkActions, requireBulkAction } from '#lib/items/bulk/read.ts';
import { itemChangeSchema } from '#lib/items/changes/registry.ts';
import { narrowedPage } from '#lib/paging/narrowed-page.ts';
import { type ApiContext, endpoint, id, limit, pageOf, Reply } from '../endpoint.ts';
import { filterQuery, refuseProblems } from '../list-filters.ts';
import { bulkActionDetailOutput, bulkActionOutput, bulkPreviewOutput } from '../outputs/bulk.ts';
import { isBulkActionSeen, ofBulkAction, ofScopedChange } from '../touched.ts';

const params = z.strictObject({ bulkActionId: id });
type Params = { readonly params: z.output<typeof params> };

const touches = ({ runtime }: ApiContext, input: Params) =>
  ofBulkAction(runtime.db, input.params.bulkActionId);
const launched = z.object({ bulkActionId: z.string() });

/** A request without a key is one of its own. */
const keyOf = ({ requestKey }: ApiContext) => requestKey ?? newId();

/** A background action that follows from another one. */
const followUp = (
  verb: 'undo' | 'carry-out',
  summary: string,
  launch: typeof undoBulkAction | typeof carryOutDryRun,
) =>
  endpoint({
    id: `bulk-actions.${verb}`,
    method: 'POST',
    path: `/bulk-actions/{bulkActionId}/${verb}`,
    summary,
    permission: 'work-items:change',
    params,
    output: launched,
    isKeyed: true,
    touches,
    run: async (context, { params: { bulkActionId } }) =>
      new Reply(await launch(context.runtime.db, context.actor, bulkActionId, keyOf(context)), 202),
  });

export const bulk = [
  endpoint({
    id: 'bulk-actions.list',
    method: 'GET',
    path: '/bulk-actions',
    summary: 'List background actions, newest first; a token of some sources leaves out others',
    permission: 'console:view',
    query: z.strictObject({
      ...filterQuery(bulkFilters.words),
      cursor: z.string().min(1).max(4000).optional(),
      limit,
    }),
    output: pageOf(bulkActionOutput),
    touches: () => [],
    async run(context, { query: { cursor, limit: most, ...raw } }) {
      const { db } = context.runtime;
      // Texts, by the schema above.
      const { values: filter, problems } = bulkFilters.read(raw as Record<string, string>);
      refuseProblems(problems);
      return narrowedPage(
        sightOf(context.actor),
        { cursor, limit: most },
        ({ limit: up, ...asked }) =>
          listBulkActions(db, { filter, ...asked, ...(up === undefined ? {} : { limit: up }) }),
        (row) => isBulkActionSeen(db, sightOf(context.actor), row),
      );
    },
  }),
  endpoint({
    id: 'bulk-actions.launch',
    method: 'POST',
    path: '/bulk-actions',
    summary:
      'Have the workers change every item of a filter, or find out what would become of them',
    permission: 'work-items:change',
    body: launchBulkActionSchema,
    output: launched,
    isKeyed: true,
    cost: 10,
    touches: ({ runtime }, { body }) => ofScopedChange(runtime.db, body.change, body.scope),
    run: async (context, { body }) =>
      new Reply(
        await launchBulkAction(context.runtime.db, context.actor, body, keyOf(context)),
        202,
      ),
  }),
  endpoint({
    id: 'bulk-actions.preview',
    method: 'POST',
    path: '/bulk-actions/preview',
    summary: 'Count the items of a scope, and judge the first hundred; changes nothing',
    permission: 'work-items:change',
    body: z.strictObject({ change: itemChangeSchema, scope: bulkScopeSchema }),
    output: bulkPreviewOutput,
    cost: 10,
    touches: ({ runtime }, { body }) => ofScopedChange(runtime.db, body.change, body.scope),
    run: ({ runtime, actor }, { body }) =>
      previewBulkAction(runtime.db, actor, body.change, body.scope),
  }),
  endpoint({
    id: 'bulk-actions.get',
    method: 'GET',
    path: '/bulk-actions/{bulkActionId}',
    summary: 'Read a background action and how far it is',
    permission: 'console:view',
    params,
    output: bulkActionDetailOutput,
    touches,
    run: ({ runtime }, input) => requireBulkAction(runtime.db, input.params.bulkActionId),
  }),
  endpoint({
    id: 'bulk-actions.stop',
    method: 'POST',
    path: '/bulk-actions/{bulkActionId}/stop',
    summary: 'Stop a background action; what it has changed stays changed',
    permission: 'work-items:change',
    params,
    output: bulkActionDetailOutput,
    touches,
    async run({ runtime, actor }, { params: { bulkActionId } }) {
      await abortBulkAction(runtime.db, actor, bulkActionId);
      return requireBulkAction(runtime.db, bulkActionId);
    },
  }),
  endpoint({
    id: 'bulk-actions.set-speed',
    method: 'PUT',
    path: '/bulk-actions/{bulkActionId}/speed',
    summary: 'Set how many items a second a background action looks at; null = as fast as it goes',
    permission: 'work-items:change',
    params,
    body: z.strictObject({ itemsPerSecond: throttleSchema.nullable() }),
    output: bulkActionDetailOutput,
    touches,
    async run({ runtime, actor }, { params: { bulkActionId }, body: { itemsPerSecond } }) {
      await setBulkThrottle(runtime.db, actor, bulkActionId, itemsPerSecond);
      return requireBulkAction(runtime.db, bulkActionId);
    },
  }),
  followUp('undo', 'Put back what a background action changed', undoBulkAction),
  followUp('carry-out', 'Do in earnest what was tried dry', carryOutDryRun),
];
