import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRequestLimits } from '#lib/access/request-limits.ts';
import { can, permissions, type Role, roles } from '#lib/actor/model.ts';
import { listAudit } from '#lib/audit/list-audit.ts';
import { newId } from '#lib/ids.ts';
import { readNow } from '#lib/now.ts';
import { openQuarantine } from '#lib/quarantine/open.ts';
import { openQuarantineOf } from '#lib/quarantine/read.ts';
import { type ApiWorld, type Asked, apiWorld } from '#test/api.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import type { Endpoint } from './endpoint.ts';
import { endpoints } from './registry.ts';

/** One about ended runs, which can be tried. */
const rule = 'content_shrunken';

type Example = Omit<Asked, 'method'>;

const seedRun = { kind: 'seed', sources: ['sample'] };
const skipSample = { change: { action: 'skip' }, scope: { filter: { source: 'sample' } } };
const schedule = {
  name: 'nightly',
  cron: '0 3 * * *',
  timezone: 'UTC',
  enabled: false,
  request: seedRun,
};
const yamlOf = (name: string) =>
  `sources:\n  - name: ${name}\n    type: http\nseeds:\n  - source: ${name}\n    urls: [https://${name}.invalid/]\n`;

describe.each(contractEngines())('the API on $name', (engine) => {
  let database: ContractDatabase;
  let world: ApiWorld;
  let all: string;
  let record: { workItemId: string; ingestId: string };

  beforeAll(async () => {
    database = await engine.create();
    world = await apiWorld(database.db);
    record = await world.givenRecord('sample');
    all = await world.token('admin', { isKept: true });
  });
  afterAll(async () => {
    await world?.close();
    await database?.dispose();
  });

  const answered = async (asked: Asked, token = all): Promise<Record<string, unknown>> => {
    const response = await world.ask(token, asked);
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
  const quarantined = async () => {
    const { db } = world;
    await db.q.deleteFrom('quarantines').execute();
    await openQuarantine(db, {
      sourceName: 'sample',
      rule: 'block_page',
      title: 'login pages',
      detail: 'All of them.',
      evidence: {},
      runId: newId(),
      from: await readNow(db),
    });
    return (await openQuarantineOf(db, 'sample'))?.quarantineId ?? '';
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
    await world.db.q.deleteFrom('notice_channels').execute();
    return (await answered({ method: 'POST', path: '/channels', body: channel() }))[
      'channelId'
    ] as string;
  };
  const givenAlert = async () => {
    const { q, engine: words } = world.db;
    const alertId = newId();
    await q
      .insertInto('alerts')
      .values({
        alert_id: alertId,
        rule: 'test',
        subject: alertId,
        source_name: 'sample',
        title: 'Too little',
        detail: 'of sample',
        evidence: '{}',
        href: '/',
        opened_at: words.now(),
        seen_at: words.now(),
        closed_at: null,
        acknowledged_at: null,
        acknowledged_by: null,
      })
      .execute();
    return alertId;
  };
  const onRun = (verb: string) => async () => ({ path: `/runs/${await launch()}${verb}` });
  const onItem = (rest: string) => () => ({ path: `/items/${record.workItemId}${rest}` });
  const onRecord = (rest: string) => () => ({ path: `/records/${record.ingestId}${rest}` });

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
      await world.db.q
        .updateTable('work_items')
        .set({ status: 'failed' })
        .where('run_id', '=', runId)
        .execute();
      return { path: `/runs/${runId}/retry` };
    },
    'runs.recrawl': async () => {
      const runId = await launch();
      await enqueue(1, { runId });
      await world.db.q
        .updateTable('work_items')
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
      await world.work();
      return { path: `/bulk-actions/${bulkActionId}/undo` };
    },
    'bulk-actions.carry-out': async () => {
      const bulkActionId = await launchBulk({ dryRun: true });
      await world.work();
      return { path: `/bulk-actions/${bulkActionId}/carry-out` };
    },
    'records.list': () => ({ path: '/records?source=sample&limit=5' }),
    'records.get': onRecord(''),
    'records.payload': onRecord('/payload'),
    'records.bytes': onRecord('/bytes'),
    'records.text': async () => {
      await world.db.q.updateTable('IngestRecords').set({ page_text: 'Luke' }).execute();
      return onRecord('/text')();
    },
    'quarantines.list': async () => {
      await quarantined();
      return { path: '/quarantines' };
    },
    'quarantines.decide': async () => ({
      path: '/quarantines/decisions',
      body: { quarantineIds: [await quarantined()], decision: 'accepted' },
    }),
    'quarantines.decide-items': async () => ({
      path: `/quarantines/${await quarantined()}/items`,
      body: { workItemIds: [newId()], decision: 'discarded' },
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
      const { q, engine } = database.db;
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
      await givenAlert();
      return { path: '/alerts' };
    },
    'alerts.acknowledge': async () => ({ path: `/alerts/${await givenAlert()}/acknowledge` }),
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
    'report.get': () => ({ path: '/report?month=2026-01' }),
    'report.export': () => ({ path: '/report/export?month=2026-01' }),
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
  const refusal = async (token: string | null, asked: Asked) => {
    const response = await world.ask(token, asked);
    const { code } = await response.json();
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    return { status: response.status, code };
  };

  it.each(endpoints.map((one) => [one.id, one] as const))(
    '%s is open to whoever has the permission, and to nobody else',
    async (_, one) => {
      const asked = await asking(one);
      const none = { status: 401, code: 'token_invalid' };
      expect(await refusal(null, asked)).toEqual(none);
      expect(await refusal(`hlc_${'A'.repeat(43)}`, asked)).toEqual(none);
      const forbidden = { status: 403, code: 'forbidden' };
      for (const role of roles.filter((lower) => !can(lower, one.permission))) {
        expect(await refusal(await world.token(role), asked), role).toEqual(forbidden);
      }
      const others = permissions.filter((other) => other !== one.permission);
      const lacking = await world.token('admin', { permissions: others });
      expect(await refusal(lacking, asked)).toEqual(forbidden);
      const least: Role = roles.find((role) => can(role, one.permission)) ?? 'admin';
      const response = await world.ask(
        await world.token(least, { permissions: [one.permission] }),
        asked,
      );
      const text = await response.text();
      expect(response.status, text).toBeLessThan(300);
      if (one.output !== null && typeof one.output !== 'string') one.output.parse(JSON.parse(text));
      if (one.output === null) expect(response.status).toBe(204);
    },
  );

  /** What a token of another source sees: nothing of `sample`, in lists that narrow themselves. */
  const narrowing = new Set([
    'sources.list',
    'sources.export',
    'runs.list',
    'bulk-actions.list',
    'schedules.list',
    'statistics.totals',
    'alerts.list',
    'mutes.list',
    'quarantines.list',
  ]);
  /** Open to a token of any source, and about none. */
  const ofNoSource = new Set(['stop.get', 'alert-rules.list']);

  it.each(endpoints.map((one) => [one.id, one] as const))(
    '%s gives nothing of a source that the token is not for',
    async (_, one) => {
      const elsewhere = await world.token('admin', { sources: ['other'] });
      const asked = await asking(one);
      if (ofNoSource.has(one.id)) {
        expect((await world.ask(elsewhere, asked)).status).toBe(200);
        return;
      }
      if (!narrowing.has(one.id)) {
        expect(await refusal(elsewhere, asked)).toEqual({ status: 403, code: 'forbidden' });
        return;
      }
      const [mine, theirs] = await Promise.all([
        world.ask(all, asked).then((response) => response.text()),
        world.ask(elsewhere, asked).then((response) => response.text()),
      ]);
      expect(mine).toContain('sample');
      expect(theirs).not.toContain('sample');
    },
  );

  it.each(
    endpoints
      .filter(({ permission }) => permission !== 'console:view')
      .map((one) => [one.id, one] as const),
  )('%s refuses a person of another source, by the function that it calls', async (_, one) => {
    const person = { ...world.people.operator, limits: { without: [], sources: ['other'] } };
    const response = await world.askAs(person, await asking(one));
    const { code, remedy } = await response.json();
    // It may be for administrators alone; a preview and what is left out of lists are no changes.
    expect({ status: response.status, code }).toEqual({ status: 403, code: 'forbidden' });
    expect(remedy).not.toBe('');
  });

  it('lets a person of a source do what is about it alone, and see the numbers of others', async () => {
    const person = { ...world.people.operator, limits: { without: [], sources: ['sample'] } };
    for (const one of endpoints.filter(({ id }) => /^(runs|items|records|bulk|sources)/.test(id))) {
      if (!can('operator', one.permission)) continue;
      if (/^sources\.(import|plan|create|update|delete|pause|try)$/.test(one.id)) continue;
      const response = await world.askAs(person, await asking(one));
      expect(response.status, `${one.id} ${await response.text()}`).toBeLessThan(300);
    }
    const lists = await world.askAs(person, { method: 'GET', path: '/sources' });
    expect(await lists.text()).toContain('"other"');
  });

  it('reads no payload for whoever may not, and gives a token no more than its owner has', async () => {
    const limits = { without: ['records:read' as const], sources: null };
    const { userId, email } = world.people.operator;
    const numbersOnly = { ...world.people.operator, limits };
    for (const rest of ['', '/payload', '/bytes', '/text']) {
      const asked = { method: 'GET', path: `/records/${record.ingestId}${rest}` };
      expect((await world.askAs(numbersOnly, asked)).status, rest).toBe(403);
    }
    const token = await world.token('operator', { isKept: true });
    const stored = (text: string | null) =>
      world.db.q.updateTable('users').set({ limits: text }).where('email', '=', email).execute();
    const path = `/records/${record.ingestId}/payload`;
    const statuses = [];
    for (const text of [null, JSON.stringify(limits), '{"sources":["other"],"without":[]}', 'x']) {
      await stored(text);
      statuses.push((await world.ask(token, { method: 'GET', path })).status);
    }
    await stored(null);
    expect(userId).not.toBeNull();
    expect(statuses).toEqual([200, 403, 403, 403]);
  });

  it('lets a token of a source do what is about it alone', async () => {
    const mine = await world.token('operator', { sources: ['sample'] });
    for (const one of endpoints.filter(({ id }) => /^(runs|items|records|bulk)/.test(id))) {
      if (!can('operator', one.permission)) continue;
      const response = await world.ask(mine, await asking(one));
      expect(response.status, `${one.id} ${await response.text()}`).toBeLessThan(300);
    }
  });

  it.each([
    ['a run of another source', '/runs', { kind: 'seed', sources: ['sample', 'other'] }],
    ['a run of all sources', '/runs', { kind: 'seed' }],
    ['items of another source', '/bulk-actions', { ...skipSample, scope: { filter: {} } }],
    [
      'items of a filter beside it',
      '/bulk-actions',
      { ...skipSample, scope: { filter: { status: 'failed' } } },
    ],
    ['pages of another source', '/items', { source: 'other', items: items(1) }],
  ])('refuses a token of one source %s', async (_, path, body) => {
    const mine = await world.token('admin', { sources: ['sample'] });
    expect(await refusal(mine, { method: 'POST', path, body })).toEqual({
      status: 403,
      code: 'forbidden',
    });
  });

  it('carries out once what is sent again under its key, and refuses something else under it', async () => {
    const asked = {
      method: 'POST',
      path: '/items',
      body: { source: 'sample', items: items(3) },
      headers: { 'idempotency-key': 'one-intention' },
    };
    const first = await answered(asked);
    expect(first['workItemIds']).toHaveLength(3);
    expect(await answered(asked)).toEqual(first);
    const [else_] = items(1);
    const other = { ...asked, body: { source: 'sample', items: [else_] } };
    expect(await refusal(all, other)).toEqual({ status: 422, code: 'duplicate_request' });
    // Another caller's keys are their own.
    const another = await world.token('operator');
    expect(await answered(other, another)).not.toEqual(first);
    expect(
      await refusal(all, { ...asked, headers: { 'idempotency-key': 'two words' } }),
    ).toMatchObject({ status: 400 });
  });

  it('changes a source only as it was read', async () => {
    const path = `/sources/${await sourceNamed('conditional')}`;
    const body = { enabled: false, seeds: [{ urls: ['https://sample.invalid/'] }] };
    const put = (ifMatch?: string) => ({
      method: 'PUT',
      path,
      body,
      headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
    });
    expect(await refusal(all, put())).toEqual({ status: 428, code: 'precondition_required' });
    for (const stale of ['"7"', '*', '7', '"x"']) {
      expect(await refusal(all, put(stale))).toEqual({ status: 412, code: 'precondition_failed' });
    }
    const read = await world.ask(all, { method: 'GET', path });
    const etag = read.headers.get('etag') ?? '';
    const saved = await world.ask(all, put(etag));
    expect([saved.status, saved.headers.get('etag')]).toEqual([200, '"2"']);
    expect(await refusal(all, put(etag))).toMatchObject({ status: 412 });
    const again = await world.ask(all, {
      method: 'GET',
      path,
      headers: { 'if-none-match': '"2"' },
    });
    expect(again.status).toBe(304);
  });

  it('gives the bytes as they were received, with their hash', async () => {
    const response = await world.ask(all, {
      method: 'GET',
      path: `/records/${record.ingestId}/bytes`,
    });
    expect(Buffer.from(await response.arrayBuffer()).toString()).toBe('{"name":"Luke"}');
    expect(response.headers.get('repr-digest')).toMatch(/^sha-256=:/);
    expect(response.headers.get('content-disposition')).toBe('attachment');
  });

  it('leaves in the audit log what was refused and what was taken, by whom and from where', async () => {
    const elsewhere = await world.token('admin', { sources: ['other'] });
    const bytes = { method: 'GET', path: `/records/${record.ingestId}/bytes` } as const;
    expect((await world.ask(elsewhere, bytes)).status).toBe(403);
    expect((await world.ask(`hlc_${'x'.repeat(43)}`, bytes)).status).toBe(401);
    expect((await world.ask(await world.token('viewer'), bytes)).status).toBe(200);
    const actions = ['access.refused', 'api-token.refused', 'record.download'];
    for (const action of actions) {
      const [entry] = (await listAudit(database.db, { action })).rows;
      expect(entry, action).toMatchObject({ address: expect.any(String) });
    }
    const [refused] = (await listAudit(database.db, { action: 'access.refused' })).rows;
    expect(refused).toMatchObject({
      actorEmail: expect.stringContaining('(token '),
      summary: expect.stringContaining('was refused: This token is not for this source.'),
    });
    const [taken] = (await listAudit(database.db, { action: 'record.download' })).rows;
    expect(taken).toMatchObject({ targetId: record.ingestId });
  });

  it('walks a list by its cursors, and takes no others', async () => {
    await enqueue(5);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const at: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await answered({ method: 'GET', path: `/items?source=sample&limit=3${at}` });
      const rows = page['rows'] as { workItemId: string }[];
      seen.push(...rows.map((row) => row.workItemId));
      cursor = page['next'] as string | null;
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(seen.length);
    const { total } = (await world.db.q
      .selectFrom('work_items')
      .select((eb) => eb.fn.countAll().as('total'))
      .where('source_name', '=', 'sample')
      .executeTakeFirst()) ?? { total: 0 };
    expect(seen).toHaveLength(Number(total));
    for (const tampered of ['x', 'eyJ9', `${'A'.repeat(3000)}`, '%00', "' or 1=1"]) {
      for (const list of [
        '/items?source=sample',
        '/runs?limit=3',
        '/records?source=sample',
        '/bulk-actions?limit=3',
        '/hosts?limit=3',
      ]) {
        const path = `${list}&cursor=${encodeURIComponent(tampered)}`;
        expect(await refusal(all, { method: 'GET', path })).toMatchObject({ status: 400 });
      }
    }
  });

  it.each([
    ['a parameter that there is none of', { method: 'GET', path: '/items?sorce=sample' }, 400],
    ['a parameter that is given twice', { method: 'GET', path: '/runs?limit=1&limit=2' }, 400],
    ['a filter that is not understood', { method: 'GET', path: '/items?http=many' }, 400],
    ['a path that is no UTF-8', { method: 'GET', path: '/runs/%ff' }, 400],
    ['a path that there is none of', { method: 'GET', path: '/nothing' }, 404],
    ['a run that there is none of', { method: 'GET', path: '/runs/x' }, 404],
    ['a method that the path does not have', { method: 'PATCH', path: '/runs' }, 405],
    ['a body that is no JSON', { method: 'POST', path: '/runs', body: 'kind: seed' }, 415],
    ['a body with more in it', { method: 'POST', path: '/runs', body: { ...seedRun, x: 1 } }, 400],
    [
      'a body that is too large',
      { method: 'POST', path: '/runs', body: { kind: 'x'.repeat(1024 * 1024) } },
      413,
    ],
    [
      'a body that is too deep',
      { method: 'POST', path: '/runs', body: JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`) },
      400,
    ],
  ])('refuses %s', async (_, asked, status) => {
    expect(await refusal(all, asked)).toMatchObject({ status });
  });

  it('stops a caller that asks without end, and says when it may go on', async () => {
    const limit = createRequestLimits(() => 0);
    const asked = { method: 'GET', path: '/statistics/overview' };
    const statuses = [];
    for (let sent = 0; sent < 32; sent += 1) {
      const response = await world.ask(all, asked, limit);
      statuses.push(response.status);
      if (response.status === 429) expect(response.headers.get('retry-after')).toBe('1');
    }
    expect(statuses.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 200));
    expect(statuses.slice(30)).toEqual([429, 429]);
  });
});
