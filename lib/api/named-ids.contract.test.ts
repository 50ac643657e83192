/**
 * Ids that a request names in its body or its filters: for a token of one source, what is another source's and what is
 * not there at all are the same, alone and beside ids of its own.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/ids.ts';
import { type ApiWorld, apiWorld } from '#test/api.ts';
import { givenQuarantine } from '#test/attention.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { openApi } from './openapi.ts';

/** What a request can name, of either source. */
interface Named {
  readonly source: string;
  readonly host: string;
  readonly item: string;
  readonly record: string;
  readonly run: string;
  readonly quarantine: string;
}

type Making = (named: Named, mine: Named) => { readonly path: string; readonly body?: unknown };

const seedRun = (over: object) => ({ kind: 'seed', sources: ['sample'], ...over });
const recrawl = (over: object) => ({ kind: 'recrawl', sources: ['sample'], ...over });
const anItem = () => ({
  resourceType: 'page',
  resourceId: newId(),
  requestUri: `https://sample.invalid/${newId()}`,
});
const schedule = (request: object) => ({
  name: newId(),
  cron: '0 3 * * *',
  timezone: 'UTC',
  enabled: false,
  request,
});
const hold = { action: 'hold', reason: 'for a while' };

/** By operation and the name that is given; each once with what is named alone, where it is a list once more beside its own. */
const cases: Readonly<Record<string, Making>> = {
  'runs.launch sources': ({ source }) => ({ path: '/runs', body: seedRun({ sources: [source] }) }),
  'runs.launch sources, beside its own': ({ source }) => ({
    path: '/runs',
    body: seedRun({ sources: ['sample', source] }),
  }),
  'runs.launch workItemIds': ({ item }) => ({
    path: '/runs',
    body: recrawl({ workItemIds: [item] }),
  }),
  'runs.preview sources': ({ source }) => ({
    path: '/runs/preview',
    body: { request: seedRun({ sources: [source] }) },
  }),
  'runs.preview workItemIds': ({ item }) => ({
    path: '/runs/preview',
    body: { request: recrawl({ workItemIds: [item] }) },
  }),
  'runs.preview workItemIds, beside its own': ({ item }, mine) => ({
    path: '/runs/preview',
    body: { request: recrawl({ workItemIds: [mine.item, item] }) },
  }),
  'runs.preview ofRun': ({ run }) => ({
    path: '/runs/preview',
    body: { request: recrawl({}), ofRun: run },
  }),
  'items.enqueue source': ({ source }) => ({
    path: '/items',
    body: { source, items: [anItem()] },
  }),
  'items.enqueue runId': ({ run }) => ({
    path: '/items',
    body: { source: 'sample', runId: run, items: [anItem()] },
  }),
  'items.add source': ({ source }) => ({
    path: '/items/one',
    body: { source, text: `https://sample.invalid/${newId()}` },
  }),
  'items.change runId': ({ run }, mine) => ({
    path: '/items/changes',
    body: { change: { action: 'move_to_run', runId: run }, ids: [mine.item] },
  }),
  'items.change ids': ({ item }) => ({
    path: '/items/changes',
    body: { change: hold, ids: [item] },
  }),
  'items.change ids, beside its own': ({ item }, mine) => ({
    path: '/items/changes',
    body: { change: hold, ids: [mine.item, item] },
  }),
  'bulk-actions.launch runId': ({ run }) => ({
    path: '/bulk-actions',
    body: {
      change: { action: 'move_to_run', runId: run },
      scope: { filter: { source: 'sample' } },
      dryRun: true,
    },
  }),
  'bulk-actions.launch ids': ({ item }) => ({
    path: '/bulk-actions',
    body: { change: hold, scope: { ids: [item] }, dryRun: true },
  }),
  'bulk-actions.launch ids, beside its own': ({ item }, mine) => ({
    path: '/bulk-actions',
    body: { change: hold, scope: { ids: [mine.item, item] }, dryRun: true },
  }),
  'bulk-actions.preview runId': ({ run }) => ({
    path: '/bulk-actions/preview',
    body: {
      change: { action: 'move_to_run', runId: run },
      scope: { filter: { source: 'sample' } },
    },
  }),
  'bulk-actions.preview ids': ({ item }) => ({
    path: '/bulk-actions/preview',
    body: { change: hold, scope: { ids: [item] } },
  }),
  'bulk-actions.preview ids, beside its own': ({ item }, mine) => ({
    path: '/bulk-actions/preview',
    body: { change: hold, scope: { ids: [mine.item, item] } },
  }),
  'schedules.create sources': ({ source }) => ({
    path: '/schedules',
    body: schedule(seedRun({ sources: [source] })),
  }),
  'schedules.create workItemIds': ({ item }) => ({
    path: '/schedules',
    body: schedule(recrawl({ workItemIds: [item] })),
  }),
  'retention.set sources': ({ source }) => ({
    path: '/retention',
    body: { eventDays: 31, sources: { [source]: { recordDays: 30 } } },
  }),
  'mutes.add source': ({ source }) => ({
    path: '/mutes',
    body: { target: { kind: 'source', source }, reason: 'it moves', end: { minutes: 5 } },
  }),
  'mutes.add host': ({ host }) => ({
    path: '/mutes',
    body: {
      target: { kind: 'failures', failures: { code: 'http_server_error', httpStatus: null, host } },
      reason: 'it moves',
      end: { minutes: 5 },
    },
  }),
  'quarantines.decide quarantineIds': ({ quarantine }) => ({
    path: '/quarantines/decisions',
    body: { quarantineIds: [quarantine], decision: 'accepted' },
  }),
  'quarantines.decide quarantineIds, beside its own': ({ quarantine }, mine) => ({
    path: '/quarantines/decisions',
    body: { quarantineIds: [mine.quarantine, quarantine], decision: 'accepted' },
  }),
  'quarantines.decide-items workItemIds': ({ item }, mine) => ({
    path: `/quarantines/${mine.quarantine}/items`,
    body: { workItemIds: [item], decision: 'discarded' },
  }),
  'runs.list ?source': ({ source }) => ({ path: `/runs?source=${source}` }),
  'runs.list ?parent': ({ run }) => ({ path: `/runs?parent=${run}` }),
  'items.list ?source': ({ source }) => ({ path: `/items?source=${source}` }),
  'items.list ?resource': ({ item }) => ({ path: `/items?source=sample&resource=${item}` }),
  'items.list ?host': ({ host }) => ({ path: `/items?source=sample&host=${host}` }),
  'items.list ?run': ({ run }) => ({ path: `/items?source=sample&run=${run}` }),
  'items.count ?source': ({ source }) => ({ path: `/items/count?source=${source}` }),
  'items.count ?resource': ({ item }) => ({ path: `/items/count?source=sample&resource=${item}` }),
  'items.count ?host': ({ host }) => ({ path: `/items/count?source=sample&host=${host}` }),
  'items.count ?run': ({ run }) => ({ path: `/items/count?source=sample&run=${run}` }),
  'items.export ?source': ({ source }) => ({ path: `/items/export?source=${source}` }),
  'items.export ?resource': ({ item }) => ({
    path: `/items/export?source=sample&resource=${item}`,
  }),
  'items.export ?host': ({ host }) => ({ path: `/items/export?source=sample&host=${host}` }),
  'items.export ?run': ({ run }) => ({ path: `/items/export?source=sample&run=${run}` }),
  'items.skipped ?source': ({ source }) => ({ path: `/items/skipped?source=${source}` }),
  'records.list ?source': ({ source }) => ({ path: `/records?source=${source}` }),
  'records.list ?resource': ({ record }) => ({ path: `/records?source=sample&resource=${record}` }),
  'records.list ?run': ({ run }) => ({ path: `/records?source=sample&run=${run}` }),
  'records.list ?item': ({ item }) => ({ path: `/records?source=sample&item=${item}` }),
};

/** A schedule is changed as it is made; what is tested of other endpoints is the same schema. */
const likeOthers = ['schedules.update sources', 'schedules.update workItemIds'];
/** What is called as ids are and names nothing that is there: names of new things, and what becomes a new item's id. */
const ofNewThings = /^(name|resourceId)$/;

const document = openApi();

/** Every property of a body and every filter that is called as what names something. */
function namesThatNeedACase(): string[] {
  return Object.values(document.paths).flatMap((operations) =>
    Object.values(operations).flatMap(({ operationId, parameters, requestBody }) => {
      const inBody = Object.values(requestBody?.content ?? {}).flatMap(({ schema }) =>
        propertiesOf(schema),
      );
      const ofBody = inBody.filter(
        (name) => /^(ofRun|ids|host|sources?|\w+Ids?)$/.test(name) && !ofNewThings.test(name),
      );
      const ofQuery = parameters.filter(
        (one) => one.in === 'query' && /^(source|resource|run|parent|item|host)$/.test(one.name),
      );
      return [...new Set([...ofBody, ...ofQuery.map(({ name }) => `?${name}`)])].map(
        (name) => `${operationId} ${name}`,
      );
    }),
  );
}

function propertiesOf(schema: unknown, above: readonly unknown[] = []): string[] {
  if (typeof schema !== 'object' || schema === null || above.includes(schema)) return [];
  const within = [...above, schema];
  return Object.entries(schema).flatMap(([key, value]: [string, unknown]) => {
    if (key === '$ref') {
      const shared = String(value).replace('#/components/schemas/', '');
      return propertiesOf(document.components.schemas[shared], within);
    }
    const names = key === 'properties' ? Object.keys(value ?? {}) : [];
    return [...names, ...propertiesOf(value, within)];
  });
}

describe.each(contractEngines())('ids that a token of one source names on $name', (engine) => {
  let database: ContractDatabase;
  let world: ApiWorld;
  let token: string;
  let mine: Named;
  let theirs: Named;

  beforeAll(async () => {
    database = await engine.create();
    world = await apiWorld(database.db);
    const all = await world.token('admin', { isKept: true });
    token = await world.token('admin', { sources: ['sample'], isKept: true });
    const made = async (path: string, body: object): Promise<Record<string, string>> => {
      const response = await world.ask(all, { method: 'POST', path, body });
      expect(response.status, await response.clone().text()).toBeLessThan(300);
      return response.json();
    };
    const given = async (source: string): Promise<Named> => {
      const { workItemId, ingestId } = await world.givenRecord(source);
      const page = { resourceType: 'page', resourceId: newId() };
      const requestUri = `https://${source}.invalid/1`;
      await made('/items', { source, items: [{ ...page, requestUri }] });
      const { runId = '' } = await made('/runs', { kind: 'seed', sources: [source] });
      return {
        source,
        host: `${source}.invalid`,
        item: workItemId,
        record: ingestId,
        run: runId,
        quarantine: await givenQuarantine(database.db, source),
      };
    };
    mine = await given('sample');
    theirs = await given('other');
  });
  afterAll(async () => {
    await world?.close();
    await database?.dispose();
  });

  const nobodys = (): Named => ({
    source: newId(),
    host: `${newId()}.invalid`,
    ...{ item: newId(), record: newId(), run: newId(), quarantine: newId() },
  });

  /** Without what is named itself, and without ids and times that are new each time. */
  async function told(make: Making, named: Named) {
    const { path, body } = make(named, mine);
    const method = path === '/retention' ? 'PUT' : body === undefined ? 'GET' : 'POST';
    const response = await world.ask(token, {
      method,
      path,
      ...(body === undefined ? {} : { body }),
    });
    let text = await response.text();
    for (const value of Object.values(named)) text = text.replaceAll(value, 'NAMED');
    return {
      status: response.status,
      text: text
        .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
        .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'),
    };
  }

  it.each(Object.entries(cases))(
    '%s: another source’s is as what is not there',
    async (_, make) => {
      const foreign = await told(make, theirs);
      const missing = await told(make, nobodys());
      expect(foreign).toEqual(missing);
      // A mistake in the request would be told whatever it names.
      expect(foreign.status).not.toBe(400);
      expect(foreign.status).not.toBe(422);
    },
  );

  it('has a case for every name of a body and every filter', () => {
    const tried = new Set(Object.keys(cases).map((name) => name.replace(/,.*$/, '')));
    const needed = namesThatNeedACase();
    expect(needed.filter((name) => !tried.has(name) && !likeOthers.includes(name))).toEqual([]);
    expect([...tried].filter((name) => !needed.includes(name))).toEqual([]);
  });
});
