/** What surrounds the items: hosts, schedules, workers, statistics. */
import { z } from 'zod';
import { sightOf } from '#lib/actor/model.ts';
import { seenSchema } from '#lib/audit/changed-meanwhile.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { blockByPerson, blockInputSchema, clearBlock } from '#lib/hosts/blocks.ts';
import { hostFilters } from '#lib/hosts/host-filters.ts';
import { setHostLimits } from '#lib/hosts/limits.ts';
import { getHost, listHosts, parseHostQuery } from '#lib/hosts/list-hosts.ts';
import { readHostRoom } from '#lib/metrics/host-room.ts';
import { throughputWindows } from '#lib/metrics/model.ts';
import { overview } from '#lib/metrics/overview.ts';
import { getStats } from '#lib/queue/stats.ts';
import { scheduleInputSchema } from '#lib/schedules/model.ts';
import { deleteSchedule, listSchedules, saveSchedule } from '#lib/schedules/schedules.ts';
import { tryRobots, tryRobotsSchema } from '#lib/source-types/web/try-robots.ts';
import { listWorkers } from '#lib/workers/list-workers.ts';
import { drainWorker, keepWorker } from '#lib/workers/presence.ts';
import {
  type ApiContext,
  endpoint,
  id,
  limit,
  pageOf,
  Reply,
  sees,
  type Touched,
} from '../endpoint.ts';
import { filterQuery, refuseProblems } from '../list-filters.ts';
import { hostOutput, hostRoomOutput, robotsTrialOutput } from '../outputs/hosts.ts';
import { scheduleOutput, workerOutput } from '../outputs/operations.ts';
import { overviewOutput } from '../outputs/overview.ts';
import { byStatusOutput } from '../outputs/shared.ts';
import { ofRequest } from '../touched.ts';

const hostParams = z.strictObject({ host: z.string().min(1).max(300) });
type OfHost = { readonly params: z.output<typeof hostParams> };

/** A host that no source of the caller has asked is not there. */
async function ofHost({ runtime, actor }: ApiContext, { params: { host } }: OfHost) {
  if (await getHost(runtime.db, host, sightOf(actor))) return [];
  throw new AppError('not_found', `The host ${host} is not known.`);
}

const scheduleParams = z.strictObject({ scheduleId: id });
/** Nobody's in particular: a token that is limited to sources is refused. */
const all = (): Touched => 'all';

async function scheduleOf({ runtime }: Pick<ApiContext, 'runtime'>, scheduleId: string) {
  const found = (await listSchedules(runtime.db)).find((one) => one.scheduleId === scheduleId);
  if (found === undefined) throw new AppError('not_found', 'There is no such schedule.');
  return found;
}

const ofStored = async (context: ApiContext, scheduleId: string): Promise<Touched> => {
  const { request } = await scheduleOf(context, scheduleId);
  return request === null ? 'all' : ofRequest(request);
};

export const operations = [
  endpoint({
    id: 'hosts.get',
    method: 'GET',
    path: '/hosts/{host}',
    summary:
      'Read a host: its numbers, its last seven days by the hour, its blocks, its robots.txt, and the sources that ask it',
    permission: 'console:view',
    params: hostParams,
    output: hostRoomOutput,
    touches: ofHost,
    async run({ runtime, actor }, { params: { host } }) {
      const room = await readHostRoom(runtime.db, host, sightOf(actor));
      if (room === null) throw new AppError('not_found', `The host ${host} is not known.`);
      return room;
    },
  }),
  endpoint({
    id: 'hosts.try-robots',
    method: 'GET',
    path: '/hosts/{host}/robots',
    summary: 'Say which line of the stored robots.txt decides on an address; no request is sent',
    permission: 'console:view',
    params: hostParams,
    query: tryRobotsSchema.omit({ host: true }),
    output: robotsTrialOutput,
    touches: ofHost,
    run: ({ runtime, actor }, { params: { host }, query }) =>
      tryRobots(runtime.db, { host, ...query }, sightOf(actor)),
  }),
  endpoint({
    id: 'hosts.list',
    method: 'GET',
    path: '/hosts',
    summary:
      'List hosts, those asked last first; a token of some sources has those that these asked',
    permission: 'console:view',
    query: z.strictObject({
      ...filterQuery(hostFilters.words),
      cursor: z.string().min(1).max(4000).optional(),
      limit,
    }),
    output: pageOf(hostOutput),
    touches: () => [],
    run({ runtime, actor }, { query: { limit: most, ...raw } }) {
      // Texts, by the schema above.
      const { query, problems } = parseHostQuery(raw as Record<string, string>);
      refuseProblems(problems);
      const options = { sight: sightOf(actor), ...(most === undefined ? {} : { limit: most }) };
      return listHosts(runtime.reads, query, options);
    },
  }),
  endpoint({
    id: 'hosts.set-limits',
    method: 'PUT',
    path: '/hosts/{host}/limits',
    summary: 'Set how a host may be asked, over all sources and workers',
    permission: 'hosts:change',
    params: hostParams,
    body: z.strictObject({
      /** Milliseconds; null leaves the host to the delay of each source. */
      delayMs: z.number().nullable(),
      /** Null = as many as the workers send. */
      concurrency: z.number().nullable(),
      seen: seenSchema,
    }),
    output: null,
    touches: all,
    run: ({ runtime, actor }, { params: { host }, body: { seen, ...limits } }) =>
      setHostLimits(runtime.db, actor, host, limits, seen),
  }),
  endpoint({
    id: 'hosts.block',
    method: 'PUT',
    path: '/hosts/{host}/block',
    summary: 'Have all workers leave a host alone, with a reason and an end',
    permission: 'hosts:change',
    params: hostParams,
    body: blockInputSchema.omit({ host: true }),
    output: null,
    touches: all,
    run: ({ runtime, actor }, { params: { host }, body }) =>
      blockByPerson(runtime.db, actor, { ...body, host }),
  }),
  endpoint({
    id: 'hosts.clear-block',
    method: 'DELETE',
    path: '/hosts/{host}/block',
    summary: 'Let workers ask a host again before its wait is over',
    permission: 'hosts:change',
    params: hostParams,
    output: null,
    touches: all,
    run: ({ runtime, actor }, { params: { host } }) => clearBlock(runtime.db, actor, host),
  }),
  endpoint({
    id: 'schedules.list',
    method: 'GET',
    path: '/schedules',
    summary: 'List schedules; a token of some sources leaves out those of others',
    permission: 'console:view',
    output: z.object({ rows: z.array(scheduleOutput) }),
    touches: () => [],
    run: async ({ runtime, actor }) => ({
      rows: await listSchedules(runtime.db, sightOf(actor)),
    }),
  }),
  endpoint({
    id: 'schedules.create',
    method: 'POST',
    path: '/schedules',
    summary: 'Create a schedule',
    permission: 'schedules:change',
    body: scheduleInputSchema,
    output: scheduleOutput,
    isKeyed: true,
    touches: (_, { body }) => ofRequest(body.request),
    async run(context, { body }) {
      const { runtime, actor, requestKey } = context;
      const scheduleId = await saveSchedule(runtime.db, actor, body, { requestKey });
      return new Reply(await scheduleOf(context, scheduleId), 201);
    },
  }),
  endpoint({
    id: 'schedules.get',
    method: 'GET',
    path: '/schedules/{scheduleId}',
    summary: 'Read a schedule',
    permission: 'console:view',
    params: scheduleParams,
    output: scheduleOutput,
    touches: (context, input) => ofStored(context, input.params.scheduleId),
    run: (context, input) => scheduleOf(context, input.params.scheduleId),
  }),
  endpoint({
    id: 'schedules.update',
    method: 'PUT',
    path: '/schedules/{scheduleId}',
    summary: 'Change a schedule',
    permission: 'schedules:change',
    params: scheduleParams,
    body: scheduleInputSchema.safeExtend({ seen: seenSchema }),
    output: scheduleOutput,
    async touches(context, { params: { scheduleId }, body }) {
      const [before, after] = [await ofStored(context, scheduleId), ofRequest(body.request)];
      return before === 'all' || after === 'all' ? 'all' : [...before, ...after];
    },
    async run(context, { params: { scheduleId }, body: { seen, ...input } }) {
      await saveSchedule(context.runtime.db, context.actor, input, { scheduleId, seen });
      return scheduleOf(context, scheduleId);
    },
  }),
  endpoint({
    id: 'schedules.delete',
    method: 'DELETE',
    path: '/schedules/{scheduleId}',
    summary: 'Delete a schedule; the runs it launched stay',
    permission: 'schedules:change',
    params: scheduleParams,
    output: null,
    touches: (context, input) => ofStored(context, input.params.scheduleId),
    run: ({ runtime, actor }, input) => deleteSchedule(runtime.db, actor, input.params.scheduleId),
  }),
  endpoint({
    id: 'workers.list',
    method: 'GET',
    path: '/workers',
    summary: 'List workers and how they are',
    permission: 'console:view',
    output: z.object({ rows: z.array(workerOutput) }),
    touches: all,
    run: async ({ runtime }) => ({ rows: await listWorkers(runtime.db) }),
  }),
  endpoint({
    id: 'workers.drain',
    method: 'POST',
    path: '/workers/{workerId}/drain',
    summary: 'Have a worker finish what it holds and end',
    permission: 'workers:change',
    params: z.strictObject({ workerId: z.string().min(1).max(200) }),
    output: null,
    touches: all,
    run: ({ runtime, actor }, input) => drainWorker(runtime.db, actor, input.params.workerId),
  }),
  endpoint({
    id: 'workers.keep',
    method: 'POST',
    path: '/workers/{workerId}/keep',
    summary: 'Take a drain back until the worker has left',
    permission: 'workers:change',
    params: z.strictObject({ workerId: z.string().min(1).max(200) }),
    output: null,
    touches: all,
    run: ({ runtime, actor }, input) => keepWorker(runtime.db, actor, input.params.workerId),
  }),
  endpoint({
    id: 'statistics.totals',
    method: 'GET',
    path: '/statistics/totals',
    summary: 'Read how many items have each status, by source; exact at any size',
    permission: 'console:view',
    output: z.object({
      bySource: z.array(
        z.object({ sourceSystem: z.string(), sourceName: z.string(), byStatus: byStatusOutput }),
      ),
    }),
    touches: () => [],
    async run(context) {
      const { bySource } = await getStats(context.runtime.reads);
      return { bySource: bySource.filter(({ sourceName }) => sees(context, [sourceName])) };
    },
  }),
  endpoint({
    id: 'statistics.overview',
    method: 'GET',
    path: '/statistics/overview',
    summary:
      'Read throughput, active runs, failures, warnings: what the first page shows, to a token of some sources of these',
    permission: 'console:view',
    query: z.strictObject({ window: z.enum(throughputWindows).optional() }),
    output: overviewOutput,
    cost: 10,
    touches: () => [],
    run: ({ runtime, actor }, { query: { window } }) =>
      overview(runtime.reads, {
        sight: sightOf(actor),
        ...(window === undefined ? {} : { window }),
      }),
  }),
];
