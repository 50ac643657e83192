/** What the deployment expects and stores: the forecast, storage, what retention would free. */
import { z } from 'zod';
import { sightOf } from '#lib/actor/model.ts';
import { watchedDisks } from '#lib/disks/disks.ts';
import { readForecast } from '#lib/forecast/read-forecast.ts';
import { monthSchema, readReport } from '#lib/report/read-report.ts';
import { previewRetentionFor } from '#lib/retention/preview.ts';
import { readStorage } from '#lib/storage/read-storage.ts';
import { endpoint, type Touched } from '../endpoint.ts';
import {
  forecastOutput,
  reportOutput,
  retentionPreviewOutput,
  storageOutput,
} from '../outputs/rooms.ts';

const all = (): Touched => 'all';

const monthQuery = z.strictObject({ month: monthSchema.optional() });

export const rooms = [
  endpoint({
    id: 'forecast.get',
    method: 'GET',
    path: '/forecast',
    summary:
      'Say what the coming hours bring: launches, requests by host and hour, what will not fit and why',
    permission: 'console:view',
    query: z.strictObject({ window: z.enum(['24h', '7d']).default('24h') }),
    output: forecastOutput,
    cost: 10,
    touches: all,
    run: ({ runtime }, { query: { window } }) => readForecast(runtime.reads, window),
  }),
  endpoint({
    id: 'report.get',
    method: 'GET',
    path: '/report',
    summary:
      'Say what each source did in a month, default the present one, and what it cost in requests; a token of some sources has these',
    permission: 'console:view',
    query: monthQuery,
    output: reportOutput,
    cost: 5,
    touches: () => [],
    run: ({ runtime, actor }, { query: { month } }) =>
      readReport(runtime.reads, month, sightOf(actor)),
  }),
  endpoint({
    id: 'storage.get',
    method: 'GET',
    path: '/storage',
    summary:
      'Say what is stored by table, source and type, how fast it grows, and how much room there is',
    permission: 'console:view',
    output: storageOutput,
    cost: 5,
    touches: all,
    run: ({ runtime }) => readStorage(runtime.reads, watchedDisks(runtime.config)),
  }),
  endpoint({
    id: 'retention.preview',
    method: 'GET',
    path: '/retention/preview',
    summary: 'Count what a round of retention would delete now, and delete nothing',
    permission: 'database:examine',
    output: z.object({ rows: z.array(retentionPreviewOutput) }),
    cost: 20,
    touches: all,
    run: async ({ runtime, actor }) => ({ rows: await previewRetentionFor(runtime.reads, actor) }),
  }),
];
