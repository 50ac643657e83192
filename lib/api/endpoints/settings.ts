/** What administrators set for everybody: where notices go, what is kept, and whether the database is sound. */
import { z } from 'zod';
import { seenSchema } from '#lib/audit/changed-meanwhile.ts';
import {
  addChannel,
  changeChannel,
  channelChangeSchema,
  channelInputSchema,
  deleteChannel,
  listChannels,
  listDeliveries,
} from '#lib/notices/channels.ts';
import { testChannel } from '#lib/notices/deliver.ts';
import { outgoingOf } from '#lib/notices/send.ts';
import { changeRetention, readRetention, retentionSchema } from '#lib/retention/settings.ts';
import { runSmokeChecks } from '#lib/smoke/run-checks.ts';
import { endpoint, id, Reply, type Touched } from '../endpoint.ts';
import {
  answerOutput,
  channelOutput,
  deliveryOutput,
  smokeResultOutput,
} from '../outputs/settings.ts';

const all = (): Touched => 'all';
const channelParams = z.strictObject({ channelId: id });

export const settings = [
  endpoint({
    id: 'channels.list',
    method: 'GET',
    path: '/channels',
    summary: 'List the channels of notices; of their addresses the hosts alone are known',
    permission: 'console:view',
    output: z.object({ rows: z.array(channelOutput) }),
    touches: all,
    run: async ({ runtime }) => ({ rows: await listChannels(runtime.db) }),
  }),
  endpoint({
    id: 'channels.deliveries',
    method: 'GET',
    path: '/channels/deliveries',
    summary: 'List the newest 50 deliveries of notices and what was answered',
    permission: 'console:view',
    output: z.object({ rows: z.array(deliveryOutput) }),
    touches: all,
    run: async ({ runtime }) => ({ rows: await listDeliveries(runtime.db) }),
  }),
  endpoint({
    id: 'channels.add',
    method: 'POST',
    path: '/channels',
    summary: 'Add a channel; what a webhook is signed with is answered this once',
    permission: 'settings:manage',
    body: channelInputSchema,
    output: z.object({ channelId: z.string(), signingSecret: z.string().nullable() }),
    touches: all,
    run: async ({ runtime, actor }, { body }) =>
      new Reply(await addChannel(runtime.db, actor, body, outgoingOf(runtime)), 201),
  }),
  endpoint({
    id: 'channels.change',
    method: 'PUT',
    path: '/channels/{channelId}',
    summary:
      'Change a channel; an empty address stays, and so does the secret unless a new one is asked for',
    permission: 'settings:manage',
    params: channelParams,
    body: channelChangeSchema.omit({ channelId: true }),
    output: z.object({ signingSecret: z.string().nullable() }),
    touches: all,
    run: async ({ runtime, actor }, { params: { channelId }, body }) => ({
      signingSecret: await changeChannel(
        runtime.db,
        actor,
        { ...body, channelId },
        outgoingOf(runtime),
      ),
    }),
  }),
  endpoint({
    id: 'channels.delete',
    method: 'DELETE',
    path: '/channels/{channelId}',
    summary: 'Delete a channel with what waits for it',
    permission: 'settings:manage',
    params: channelParams,
    output: null,
    touches: all,
    run: ({ runtime, actor }, input) => deleteChannel(runtime.db, actor, input.params.channelId),
  }),
  endpoint({
    id: 'channels.test',
    method: 'POST',
    path: '/channels/{channelId}/test',
    summary: 'Send a test to a channel, and say what was answered',
    permission: 'settings:manage',
    params: channelParams,
    output: answerOutput,
    cost: 20,
    touches: all,
    run: ({ runtime, actor }, input) =>
      testChannel(runtime.db, actor, input.params.channelId, outgoingOf(runtime)),
  }),
  endpoint({
    id: 'retention.get',
    method: 'GET',
    path: '/retention',
    summary: 'Read how many days what grows is kept; null = for ever',
    permission: 'console:view',
    output: retentionSchema,
    touches: all,
    run: ({ runtime }) => readRetention(runtime.db),
  }),
  endpoint({
    id: 'retention.set',
    method: 'PUT',
    path: '/retention',
    summary: 'Set how many days what grows is kept; what is not given is kept for ever',
    permission: 'settings:manage',
    body: retentionSchema.extend({ seen: seenSchema }),
    output: retentionSchema,
    touches: all,
    async run({ runtime, actor }, { body: { seen, ...retention } }) {
      await changeRetention(runtime.db, actor, retention, seen);
      return readRetention(runtime.db);
    },
  }),
  endpoint({
    id: 'database.check',
    method: 'POST',
    path: '/database/check',
    summary: 'Check connection, schema, writing, reading and deduplication',
    permission: 'settings:manage',
    output: z.object({ rows: z.array(smokeResultOutput) }),
    cost: 20,
    touches: all,
    run: async ({ runtime, actor }) => ({ rows: await runSmokeChecks(runtime.db, actor) }),
  }),
];
