/** What asks for a person: alerts, and stopping everything. */
import { z } from 'zod';
import { sightOf } from '#lib/actor/model.ts';
import { dryRunRule } from '#lib/alerts/dry-run.ts';
import { acknowledgeAlert, listAlerts } from '#lib/alerts/list-alerts.ts';
import { readRuleSettings, saveRuleSettings } from '#lib/alerts/rule-settings.ts';
import { seenSchema } from '#lib/audit/changed-meanwhile.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { readStop } from '#lib/stops/read-stop.ts';
import { goOn, stopEverything, stopInputSchema } from '#lib/stops/stop-everything.ts';
import { type ApiContext, endpoint, id, type Touched } from '../endpoint.ts';
import { alertOutput, dryRunOutput, stopOutput } from '../outputs/attention.ts';

const sourcesOf = ({ sourceName }: { readonly sourceName: string | null }): Touched =>
  sourceName === null ? 'all' : [sourceName];

async function ofAlert({ runtime: { db } }: ApiContext, alertId: string): Promise<Touched> {
  const known = [...(await listAlerts(db, 'open')), ...(await listAlerts(db, 'closed'))];
  const found = known.find((one) => one.alertId === alertId);
  if (found === undefined) throw new AppError('not_found', 'There is no such alert.');
  return sourcesOf(found);
}

const all = (): Touched => 'all';

const ruleParams = z.strictObject({ rule: z.string().min(1).max(40) });
/** Of thresholds that differ from the rule's own, by their names. */
const values = z.record(z.string().max(40), z.number());

export const attention = [
  endpoint({
    id: 'alerts.list',
    method: 'GET',
    path: '/alerts',
    summary: 'List alerts; a token of some sources leaves out what is not about them',
    permission: 'console:view',
    query: z.strictObject({ state: z.enum(['open', 'closed']).default('open') }),
    output: z.object({ rows: z.array(alertOutput) }),
    touches: () => [],
    async run(context, { query: { state } }) {
      return { rows: await listAlerts(context.runtime.db, state, sightOf(context.actor)) };
    },
  }),
  endpoint({
    id: 'alerts.acknowledge',
    method: 'POST',
    path: '/alerts/{alertId}/acknowledge',
    summary: 'Say that somebody looks after an alert',
    permission: 'alerts:change',
    params: z.strictObject({ alertId: id }),
    output: null,
    touches: (context, input) => ofAlert(context, input.params.alertId),
    run: ({ runtime, actor }, input) => acknowledgeAlert(runtime.db, actor, input.params.alertId),
  }),
  endpoint({
    id: 'alert-rules.list',
    method: 'GET',
    path: '/alert-rules',
    summary: 'List the rules of alerts: whether they are on, and which thresholds were changed',
    permission: 'console:view',
    output: z.object({
      rows: z.array(
        z.object({
          rule: z.string(),
          enabled: z.boolean(),
          values,
          /** Whether what it finds is held until somebody decides. */ quarantine: z.boolean(),
        }),
      ),
    }),
    touches: () => [],
    run: async ({ runtime }) => ({
      rows: [...(await readRuleSettings(runtime.db))].map(([rule, one]) => ({ rule, ...one })),
    }),
  }),
  endpoint({
    id: 'alert-rules.set',
    method: 'PUT',
    path: '/alert-rules/{rule}',
    summary: 'Switch a rule on or off and set its thresholds; what is not given is its own',
    permission: 'alerts:change',
    params: ruleParams,
    body: z.strictObject({
      enabled: z.boolean(),
      values: values.default({}),
      quarantine: z.boolean().optional(),
      seen: seenSchema,
    }),
    output: null,
    touches: all,
    run: ({ runtime, actor }, { params: { rule }, body }) =>
      saveRuleSettings(runtime.db, actor, rule, body),
  }),
  endpoint({
    id: 'alert-rules.dry-run',
    method: 'POST',
    path: '/alert-rules/{rule}/dry-run',
    summary: 'Say what a rule would have found with other thresholds',
    permission: 'console:view',
    params: ruleParams,
    body: z.strictObject({ values: values.default({}) }).default({ values: {} }),
    output: dryRunOutput,
    cost: 10,
    touches: all,
    run: ({ runtime, actor }, { params: { rule }, body }) =>
      dryRunRule(runtime.db, actor, rule, body.values),
  }),
  endpoint({
    id: 'stop.get',
    method: 'GET',
    path: '/stop',
    summary: 'Say whether everything is stopped: by whom, why and until when',
    permission: 'console:view',
    output: z.object({ stop: stopOutput.nullable() }),
    touches: () => [],
    run: async ({ runtime }) => ({ stop: await readStop(runtime.db) }),
  }),
  endpoint({
    id: 'stop.set',
    method: 'PUT',
    path: '/stop',
    summary: 'Stop everything: nothing is claimed until it goes on',
    permission: 'everything:stop',
    body: stopInputSchema,
    output: z.object({ stop: stopOutput }),
    touches: all,
    run: async ({ runtime, actor }, { body }) => ({
      stop: await stopEverything(runtime.db, actor, body),
    }),
  }),
  endpoint({
    id: 'stop.end',
    method: 'DELETE',
    path: '/stop',
    summary: 'Let everything go on',
    permission: 'everything:stop',
    output: null,
    touches: all,
    run: ({ runtime, actor }) => goOn(runtime.db, actor),
  }),
];
