/** What is muted: rules, sources and groups of failures. */
import { z } from 'zod';
import { sightOf } from '#lib/actor/model.ts';
import { endMute, mute, muteInputSchema, readMutes, sourcesOf } from '#lib/alerts/mutes.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { endpoint, id } from '../endpoint.ts';
import { muteOutput } from '../outputs/attention.ts';

export const mutes = [
  endpoint({
    id: 'mutes.list',
    method: 'GET',
    path: '/mutes',
    summary: 'List what is muted; a token of some sources leaves out what is not about them',
    permission: 'console:view',
    output: z.object({ rows: z.array(muteOutput) }),
    touches: () => [],
    run: async ({ runtime, actor }) => ({ rows: await readMutes(runtime.db, sightOf(actor)) }),
  }),
  endpoint({
    id: 'mutes.add',
    method: 'POST',
    path: '/mutes',
    summary: 'Mute a rule, a source or a group of failures until a time',
    permission: 'alerts:change',
    body: muteInputSchema,
    output: muteOutput,
    touches: (_, { body: { target } }) => sourcesOf(target),
    run: ({ runtime, actor }, { body }) => mute(runtime.db, actor, body),
  }),
  endpoint({
    id: 'mutes.end',
    method: 'DELETE',
    path: '/mutes/{muteId}',
    summary: 'End a mute before its time',
    permission: 'alerts:change',
    params: z.strictObject({ muteId: id }),
    output: null,
    async touches({ runtime }, { params: { muteId } }) {
      const found = (await readMutes(runtime.db)).find((one) => one.muteId === muteId);
      if (!found) throw new AppError('not_found', 'There is no such mute, or it is over.');
      return sourcesOf(found.target);
    },
    run: ({ runtime, actor }, { params: { muteId } }) => endMute(runtime.db, actor, muteId),
  }),
];
