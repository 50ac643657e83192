/** What is held of sources until somebody decides. */
import { z } from 'zod';
import { sightOf } from '#lib/actor/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import {
  decideQuarantineItems,
  decideQuarantines,
  decisionSchema,
  itemDecisionSchema,
} from '#lib/quarantine/decide.ts';
import { listQuarantines, readQuarantines } from '#lib/quarantine/read.ts';
import { type ApiContext, endpoint, id, type Touched } from '../endpoint.ts';
import { decisionOutcomeOutput, quarantineOutput } from '../outputs/attention.ts';

/** @throws AppError `not_found` when one of them is not there */
async function sourcesOf(
  { runtime }: ApiContext,
  quarantineIds: readonly string[],
): Promise<Touched> {
  const found = await readQuarantines(runtime.db, quarantineIds);
  if (found.length < new Set(quarantineIds).size) {
    throw new AppError('not_found', 'There is no such quarantine.');
  }
  return found.map(({ sourceName }) => sourceName);
}

export const quarantines = [
  endpoint({
    id: 'quarantines.list',
    method: 'GET',
    path: '/quarantines',
    summary: 'List what is held of sources; a token of some sources leaves out the others',
    permission: 'console:view',
    query: z.strictObject({ state: z.enum(['open', 'decided']).default('open') }),
    output: z.object({ rows: z.array(quarantineOutput) }),
    touches: () => [],
    run: async ({ runtime, actor }, { query: { state } }) => ({
      rows: await listQuarantines(runtime.db, state, sightOf(actor)),
    }),
  }),
  endpoint({
    id: 'quarantines.decide',
    method: 'POST',
    path: '/quarantines/decisions',
    summary: 'Accept or discard what quarantines hold; the first decision of each stands',
    permission: 'alerts:change',
    body: decisionSchema,
    output: z.object({ rows: z.array(decisionOutcomeOutput) }),
    touches: (context, { body }) => sourcesOf(context, body.quarantineIds),
    run: async ({ runtime, actor }, { body }) => ({
      rows: await decideQuarantines(runtime.db, actor, body),
    }),
  }),
  endpoint({
    id: 'quarantines.decide-items',
    method: 'POST',
    path: '/quarantines/{quarantineId}/items',
    summary: 'Accept or discard what a quarantine holds of single items, while it is open',
    permission: 'alerts:change',
    params: z.strictObject({ quarantineId: id }),
    body: itemDecisionSchema.omit({ quarantineId: true }),
    output: z.object({ decided: z.int() }),
    touches: (context, { params: { quarantineId } }) => sourcesOf(context, [quarantineId]),
    run: async ({ runtime, actor }, { params: { quarantineId }, body }) => ({
      decided: await decideQuarantineItems(runtime.db, actor, { ...body, quarantineId }),
    }),
  }),
];
