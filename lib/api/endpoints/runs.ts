/** Runs: launching, steering, following. */
import { z } from 'zod';
import { sightOf } from '#lib/actor/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { latestEvents } from '#lib/events/list-events.ts';
import { forecastRun } from '#lib/items/waiting/stands-still.ts';
import { narrowedPage } from '#lib/paging/narrowed-page.ts';
import { previewRun } from '#lib/previews/preview-run.ts';
import { cancelRun, pauseRun, resumeRun, stopRun } from '#lib/runs/control-run.ts';
import { launchRun, recrawlRun, retryFailed } from '#lib/runs/launch-run.ts';
import { listRuns } from '#lib/runs/list-runs.ts';
import { launchRequestSchema, runBudgetSchema } from '#lib/runs/model.ts';
import { runFilters } from '#lib/runs/run-filters.ts';
import { runProgress } from '#lib/runs/run-progress.ts';
import { getRun } from '#lib/runs/run-row.ts';
import { type ApiContext, endpoint, id, limit, pageOf, Reply, sees } from '../endpoint.ts';
import { filterQuery, refuseProblems } from '../list-filters.ts';
import {
  eventPageOutput,
  launchPreviewOutput,
  runOutput,
  runProgressOutput,
} from '../outputs/runs.ts';
import { ofRequest, ofRun, sourcesOfRun } from '../touched.ts';

const params = z.strictObject({ runId: id });
type Params = { readonly params: z.output<typeof params> };

const touches = ({ runtime }: ApiContext, input: Params) => ofRun(runtime.db, input.params.runId);

const launched = z.object({ runId: z.string(), itemsTotal: z.int() });

async function read({ runtime }: Pick<ApiContext, 'runtime'>, runId: string) {
  const run = await getRun(runtime.db, runId);
  if (run === null) throw new AppError('not_found', `There is no run ${runId}.`);
  return run;
}

const controls = {
  pause: [pauseRun, 'Pause a run: no further item of it is claimed'],
  resume: [resumeRun, 'Resume a paused run'],
  stop: [stopRun, 'Stop a run; what is left of it is put on hold'],
  cancel: [cancelRun, 'Cancel a run; what is left of it is skipped'],
} as const;

const control = (verb: keyof typeof controls) =>
  endpoint({
    id: `runs.${verb}`,
    method: 'POST',
    path: `/runs/{runId}/${verb}`,
    summary: controls[verb][1],
    permission: 'runs:change',
    params,
    output: runOutput,
    touches,
    async run(context, { params: { runId } }) {
      await controls[verb][0](context.runtime.db, context.actor, runId);
      return read(context, runId);
    },
  });

const keyOf = ({ requestKey }: ApiContext) => (requestKey === undefined ? {} : { requestKey });

export const runs = [
  endpoint({
    id: 'runs.list',
    method: 'GET',
    path: '/runs',
    summary: 'List runs, the latest first; a token of some sources leaves out those of others',
    permission: 'console:view',
    query: z.strictObject({
      ...filterQuery(runFilters.words),
      cursor: z.string().min(1).max(4000).optional(),
      limit,
    }),
    output: pageOf(runOutput),
    touches: () => [],
    async run(context, { query: { cursor, limit: most, ...raw } }) {
      // Texts, by the schema above.
      const { values: filter, problems } = runFilters.read(raw as Record<string, string>);
      refuseProblems(problems);
      return narrowedPage(
        sightOf(context.actor),
        { cursor, limit: most },
        (asked) => listRuns(context.runtime.db, { filter, ...asked }),
        (run) => sees(context, sourcesOfRun(run)),
      );
    },
  }),
  endpoint({
    id: 'runs.launch',
    method: 'POST',
    path: '/runs',
    summary: 'Launch a run over the named sources, or over all enabled ones',
    permission: 'runs:change',
    body: launchRequestSchema,
    output: launched,
    isKeyed: true,
    touches: (_, { body }) => ofRequest(body),
    run: async (context, { body }) =>
      new Reply(await launchRun(context.runtime.db, context.actor, body, keyOf(context)), 201),
  }),
  endpoint({
    id: 'runs.preview',
    method: 'POST',
    path: '/runs/preview',
    summary: 'Count what a run would take in, and how long it needs at the polite rate',
    permission: 'console:view',
    body: z.strictObject({
      request: launchRequestSchema,
      /** The run that a retry or recrawl follows up. */
      ofRun: id.nullable().default(null),
    }),
    output: launchPreviewOutput,
    cost: 10,
    async touches({ runtime }, { body }) {
      const asked = ofRequest(body.request);
      if (body.ofRun === null || asked === 'all') return asked;
      const parents = await ofRun(runtime.db, body.ofRun);
      return parents === 'all' ? 'all' : [...asked, ...parents];
    },
    run: ({ runtime, actor }, { body }) => previewRun(runtime.db, actor, body.request, body.ofRun),
  }),
  endpoint({
    id: 'runs.get',
    method: 'GET',
    path: '/runs/{runId}',
    summary: 'Read a run',
    permission: 'console:view',
    params,
    output: runOutput,
    touches,
    run: (context, input) => read(context, input.params.runId),
  }),
  endpoint({
    id: 'runs.progress',
    method: 'GET',
    path: '/runs/{runId}/progress',
    summary:
      'Read how far a run is, how fast it moves, how long it may take, or why it stands still',
    permission: 'console:view',
    params,
    output: runProgressOutput,
    touches,
    async run(context, { params: { runId } }) {
      const { db } = context.runtime;
      const run = await read(context, runId);
      return { ...(await runProgress(db, runId)), ...(await forecastRun(db, run)) };
    },
  }),
  endpoint({
    id: 'runs.events',
    method: 'GET',
    path: '/runs/{runId}/events',
    summary: "Read a run's log, newest first; searchedTo goes on as before",
    permission: 'console:view',
    params,
    query: z.strictObject({
      before: z
        .string()
        .regex(/^\d{1,15}$/)
        .transform(Number)
        .optional(),
      limit,
    }),
    output: eventPageOutput,
    touches,
    run: ({ runtime }, { params: { runId }, query }) =>
      latestEvents(runtime.reads, { runId, ...query }),
  }),
  control('pause'),
  control('resume'),
  control('stop'),
  control('cancel'),
  endpoint({
    id: 'runs.retry',
    method: 'POST',
    path: '/runs/{runId}/retry',
    summary: 'Launch a run over what failed in another',
    permission: 'runs:change',
    params,
    output: launched,
    isKeyed: true,
    touches,
    run: async (context, input) =>
      new Reply(
        await retryFailed(context.runtime.db, context.actor, input.params.runId, keyOf(context)),
        201,
      ),
  }),
  endpoint({
    id: 'runs.recrawl',
    method: 'POST',
    path: '/runs/{runId}/recrawl',
    summary: 'Launch a recrawl of what a run has completed',
    permission: 'runs:change',
    params,
    body: z.strictObject({ budget: runBudgetSchema.default({}) }).default({ budget: {} }),
    output: launched,
    isKeyed: true,
    touches,
    run: async (context, { params: { runId }, body: { budget } }) =>
      new Reply(
        await recrawlRun(context.runtime.db, context.actor, runId, { budget, ...keyOf(context) }),
        201,
      ),
  }),
];
