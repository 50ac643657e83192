/** A request that each endpoint of the API carries out, and what it needs beforehand. */
import { expect } from 'vitest';
import type { Endpoint } from '#lib/api/endpoint.ts';
import { newId } from '#lib/ids.ts';
import type { ApiWorld, Asked } from './api.ts';
import { givenAlert, givenQuarantine } from './attention.ts';

/** One about ended runs, which can be tried. */
const rule = 'content_shrunken';

type Example = Omit<Asked, 'method'>;

export const seedRun = { kind: 'seed', sources: ['sample'] };
export const skipSample = { change: { action: 'skip' }, scope: { filter: { source: 'sample' } } };
const schedule = {
  name: 'nightly',
  cron: '0 3 * * *',
  timezone: 'UTC',
  enabled: false,
  request: seedRun,
};
const yamlOf = (name: string) =>
  `sources:\n  - name: ${name}\n    type: http\nseeds:\n  - source: ${name}\n    urls: [https://${name}.invalid/]\n`;

/** @param given who may do everything, and a record of `sample` */
export function apiExamples(
  given: () => {
    readonly world: ApiWorld;
    readonly all: string;
    readonly record: { readonly workItemId: string; readonly ingestId: string };
  },
) {
  const answered = async (asked: Asked, token = given().all): Promise<Record<string, unknown>> => {
    const response = await given().world.ask(token, asked);
    const text = await response.text();
    expect(response.status, text).toBeLessThan(300);
    return JSON.parse(text);
  };
  let enqueued = 0;
  const items = (count: number) =>
    Array.from({ length: count }, () => {
      enqueued += 1;
      const resourceId = `page ${enqueued}`;
      return {
        resourceType: 'page',
        resourceId,
        requestUri: `https://sample.invalid/${enqueued}`,
      };
    });
  const enqueue = async (count = 1, over: object = {}) =>
    (
      await answered({
        method: 'POST',
        path: '/items',
        body: { source: 'sample', items: items(count), ...over },
      })
    )['workItemIds'] as string[];
  const launch = async () => {
    await enqueue();
    return (await answered({ method: 'POST', path: '/runs', body: seedRun }))['runId'] as string;
  };
  const launchBulk = async (over: object = {}) => {
    const body = { ...skipSample, ...over };
    return (await answered({ method: 'POST', path: '/bulk-actions', body }))[
      'bulkActionId'
    ] as string;
  };
  const sourceNamed = async (beginning: string) => {
    enqueued += 1;
    const name = `${beginning} ${enqueued}`;
    await answered({
      method: 'POST',
      path: '/sources',
      body: { name, type: 'http', seeds: [{ urls: ['https://sample.invalid/'] }] },
    });
    return name;
  };
  const scheduled = async () =>
    (await answered({ method: 'POST', path: '/schedules', body: schedule }))[
      'scheduleId'
    ] as string;
  const muteOfSample = {
    target: { kind: 'source', source: 'sample' },
    reason: 'it moves',
    end: { minutes: 5 },
  };
  const muted = async () =>
    (await answered({ method: 'POST', path: '/mutes', body: muteOfSample }))['muteId'] as string;
  const channel = () => ({
    name: `ops ${newId()}`,
    kind: 'webhook',
    address: 'https://hooks.invalid/token',
    alerts: true,
    runEnds: false,
  });
  /** There may be twenty at most. */
  const channelAdded = async () => {
    await given().world.db.q.deleteFrom('notice_channels').execute();
    return (await answered({ method: 'POST', path: '/channels', body: channel() }))[
      'channelId'
    ] as string;
  };
  const onRun = (verb: string) => async () => ({ path: `/runs/${await launch()}${verb}` });
  const onItem = (rest: string) => () => ({ path: `/items/${given().record.workItemId}${rest}` });
  const onRecord = (rest: string) => () => ({ path: `/records/${given().record.ingestId}${rest}` });

  /** A request that each endpoint carries out. */
  const examples: Readonly<Record<string, () => Example | Promise<Example>>> = {
    'sources.list': () => ({ path: '/sources' }),
    'sources.export': () => ({ path: '/sources/yaml' }),
    'sources.import': () => ({ path: '/sources/yaml', body: yamlOf('imported') }),
    'sources.plan': () => ({ path: '/sources/yaml/plan', body: yamlOf('imported') }),
    'sources.create': () => ({
      path: '/sources',
      body: { name: 'created', type: 'http', seeds: [{ urls: ['https://sample.invalid/'] }] },
    }),
    'sources.get': () => ({ path: '/sources/sample' }),
    'sources.update': async () => ({
      path: `/sources/${await sourceNamed('to change')}`,
      body: { enabled: false, seeds: [{ urls: ['https://sample.invalid/'] }] },
      headers: { 'if-match': '"1"' },
    }),
    'sources.delete': async () => ({ path: `/sources/${await sourceNamed('to delete')}` }),
    'sources.pause': async () => ({
      path: `/sources/${await sourceNamed('to pause')}/pause`,
      body: { reason: 'for a while' },
    }),
    'sources.comment': () => ({
      path: '/sources/sample/comments',
      body: { body: 'They move on Friday.' },
    }),
    'sources.comments': () => ({ path: '/sources/sample/comments' }),
    'sources.days': () => ({ path: '/sources/sample/days' }),
    'sources.resume': () => ({ path: '/sources/sample/resume' }),
    'sources.test': () => ({ path: '/sources/sample/test' }),
    'sources.try': () => ({
      path: '/sources/test',
      body: { name: 'tried', type: 'http', seeds: [{ urls: ['https://sample.invalid/'] }] },
    }),
    'sources.revisions': () => ({ path: '/sources/sample/revisions' }),
    'runs.list': () => ({ path: '/runs?status=running&limit=10' }),
    'runs.launch': async () => {
      await enqueue();
      return { path: '/runs', body: seedRun };
    },
    'runs.preview': () => ({ path: '/runs/preview', body: { request: seedRun } }),
    'runs.get': onRun(''),
    'runs.progress': onRun('/progress'),
    'runs.events': onRun('/events?limit=5'),
    'runs.pause': onRun('/pause'),
    'runs.resume': async () => {
      const runId = await launch();
      await answered({ method: 'POST', path: `/runs/${runId}/pause` });
      return { path: `/runs/${runId}/resume` };
    },
    'runs.stop': onRun('/stop'),
    'runs.cancel': onRun('/cancel'),
    'runs.retry': async () => {
      const runId = await launch();
      await enqueue(1, { runId });
      await given()
        .world.db.q.updateTable('work_items')
        .set({ status: 'failed' })
        .where('run_id', '=', runId)
        .execute();
      return { path: `/runs/${runId}/retry` };
    },
    'runs.recrawl': async () => {
      const runId = await launch();
      await enqueue(1, { runId });
      await given()
        .world.db.q.updateTable('work_items')
        .set({ status: 'completed' })
        .where('run_id', '=', runId)
        .execute();
      return { path: `/runs/${runId}/recrawl`, body: { budget: { maxItems: 1 } } };
    },
    'items.list': () => ({ path: '/items?source=sample&sort=created_at&dir=asc&limit=2' }),
    'items.count': () => ({ path: '/items/count?source=sample' }),
    'items.enqueue': () => ({ path: '/items', body: { source: 'sample', items: items(2) } }),
    'items.change': async () => ({
      path: '/items/changes',
      body: { change: { action: 'skip' }, ids: await enqueue(2) },
    }),
    'items.get': onItem(''),
    'items.waiting': onItem('/waiting'),
    'bulk-actions.list': () => ({ path: '/bulk-actions' }),
    'bulk-actions.launch': () => ({ path: '/bulk-actions', body: { ...skipSample, dryRun: true } }),
    'bulk-actions.preview': () => ({ path: '/bulk-actions/preview', body: skipSample }),
    'bulk-actions.get': async () => ({ path: `/bulk-actions/${await launchBulk()}` }),
    'bulk-actions.stop': async () => ({ path: `/bulk-actions/${await launchBulk()}/stop` }),
    'bulk-actions.set-speed': async () => ({
      path: `/bulk-actions/${await launchBulk()}/speed`,
      body: { itemsPerSecond: 5 },
    }),
    'bulk-actions.undo': async () => {
      await enqueue();
      const bulkActionId = await launchBulk();
      await given().world.work();
      return { path: `/bulk-actions/${bulkActionId}/undo` };
    },
    'bulk-actions.carry-out': async () => {
      const bulkActionId = await launchBulk({ dryRun: true });
      await given().world.work();
      return { path: `/bulk-actions/${bulkActionId}/carry-out` };
    },
    'records.list': () => ({ path: '/records?source=sample&limit=5' }),
    'records.get': onRecord(''),
    'records.payload': onRecord('/payload'),
    'records.bytes': onRecord('/bytes'),
    'records.text': async () => {
      await given().world.db.q.updateTable('IngestRecords').set({ page_text: 'Luke' }).execute();
      return onRecord('/text')();
    },
    'quarantines.list': async () => {
      await givenQuarantine(given().world.db);
      return { path: '/quarantines' };
    },
    'quarantines.decide': async () => ({
      path: '/quarantines/decisions',
      body: { quarantineIds: [await givenQuarantine(given().world.db)], decision: 'accepted' },
    }),
    'quarantines.decide-items': async () => ({
      path: `/quarantines/${await givenQuarantine(given().world.db)}/items`,
      body: { workItemIds: [given().record.workItemId], decision: 'discarded' },
    }),
    'mutes.list': async () => {
      await muted();
      return { path: '/mutes' };
    },
    'mutes.add': () => ({ path: '/mutes', body: muteOfSample }),
    'mutes.end': async () => ({ path: `/mutes/${await muted()}` }),
    'items.export': () => ({ path: '/items/export?source=sample&format=ndjson' }),
    'bulk-actions.refused': async () => ({ path: `/bulk-actions/${await launchBulk()}/refused` }),
    'audit.list': () => ({ path: '/audit?action=source&limit=5' }),
    'audit.verify': () => ({ path: '/audit/verify' }),
    'audit.export': () => ({ path: '/audit/export?action=source' }),
    search: () => ({ path: '/search?q=sample' }),
    'channels.list': () => ({ path: '/channels' }),
    'channels.deliveries': () => ({ path: '/channels/deliveries' }),
    'channels.add': () => ({ path: '/channels', body: channel() }),
    'channels.change': async () => ({
      path: `/channels/${await channelAdded()}`,
      body: {
        name: 'ops',
        address: '',
        enabled: true,
        alerts: true,
        runEnds: true,
        newSecret: true,
      },
    }),
    'channels.delete': async () => ({ path: `/channels/${await channelAdded()}` }),
    'channels.test': async () => ({ path: `/channels/${await channelAdded()}/test` }),
    'retention.get': () => ({ path: '/retention' }),
    'retention.set': () => ({ path: '/retention', body: { eventDays: 31 } }),
    'database.check': () => ({ path: '/database/check' }),
    'hosts.list': () => ({ path: '/hosts' }),
    'hosts.get': () => ({ path: '/hosts/sample.invalid' }),
    'hosts.try-robots': async () => {
      const { q, engine } = given().world.db;
      await q
        .updateTable('hosts')
        .set({ robots_status: 200, robots_body: '', robots_fetched_at: engine.now() })
        .execute();
      return { path: '/hosts/sample.invalid/robots?address=%2Fpage&agent=HolocronIngest' };
    },
    'hosts.set-limits': () => ({
      path: '/hosts/sample.invalid/limits',
      body: { delayMs: 100, concurrency: null },
    }),
    'hosts.clear-block': () => ({ path: '/hosts/sample.invalid/block' }),
    'schedules.list': () => ({ path: '/schedules' }),
    'schedules.create': () => ({ path: '/schedules', body: schedule }),
    'schedules.get': async () => ({ path: `/schedules/${await scheduled()}` }),
    'schedules.update': async () => ({
      path: `/schedules/${await scheduled()}`,
      body: { ...schedule, name: 'changed' },
    }),
    'schedules.delete': async () => ({ path: `/schedules/${await scheduled()}` }),
    'workers.list': () => ({ path: '/workers' }),
    'hosts.block': () => ({
      path: '/hosts/sample.invalid/block',
      body: { reason: 'they asked us to', end: null },
    }),
    'workers.keep': () => ({ path: '/workers/worker-1/keep' }),
    'alerts.list': async () => {
      await givenAlert(given().world.db);
      return { path: '/alerts' };
    },
    'alerts.acknowledge': async () => ({
      path: `/alerts/${await givenAlert(given().world.db)}/acknowledge`,
    }),
    'alert-rules.list': () => ({ path: '/alert-rules' }),
    'alert-rules.set': () => ({ path: `/alert-rules/${rule}`, body: { enabled: true } }),
    'alert-rules.dry-run': () => ({ path: `/alert-rules/${rule}/dry-run` }),
    'stop.get': () => ({ path: '/stop' }),
    'stop.set': () => ({
      path: '/stop',
      body: { reason: 'a host complains', inFlight: 'finish', end: null },
    }),
    'stop.end': () => ({ path: '/stop' }),
    'workers.drain': () => ({ path: '/workers/worker-1/drain' }),
    'forecast.get': () => ({ path: '/forecast?window=7d' }),
    'items.skipped': () => ({ path: '/items/skipped?source=sample' }),
    'items.add': () => ({
      path: '/items/one',
      body: { source: 'sample', text: 'https://sample.invalid/added' },
    }),
    'report.get': () => ({ path: '/report' }),
    'report.export': () => ({ path: '/report/export' }),
    'storage.get': () => ({ path: '/storage' }),
    'retention.preview': () => ({ path: '/retention/preview' }),
    'statistics.totals': () => ({ path: '/statistics/totals' }),
    'statistics.overview': () => ({ path: '/statistics/overview?window=24h' }),
  };

  const asking = async ({ id, method }: Endpoint): Promise<Asked> => {
    const example = examples[id];
    if (!example) throw new Error(`${id} needs an example here`);
    return { method, ...(await example()) };
  };
  return { answered, asking, enqueue, items, sourceNamed };
}
