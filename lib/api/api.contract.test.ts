import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRequestLimits } from '#lib/access/request-limits.ts';
import { can, permissions, type Role, roles } from '#lib/actor/model.ts';
import { listAudit } from '#lib/audit/list-audit.ts';
import { type ApiWorld, type Asked, apiWorld } from '#test/api.ts';
import { apiExamples, seedRun, skipSample } from '#test/api-examples.ts';
import { answerChecker } from '#test/api-schemas.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { givenTraces } from '#test/traces.ts';
import { endpoints } from './registry.ts';

const faultsOf = answerChecker();

describe.each(contractEngines())('the API on $name', (engine) => {
  let database: ContractDatabase;
  let world: ApiWorld;
  let all: string;
  let record: { workItemId: string; ingestId: string };

  beforeAll(async () => {
    database = await engine.create();
    world = await apiWorld(database.db);
    record = await world.givenRecord('sample');
    await givenTraces(database.db, { name: 'sample', workItemId: record.workItemId });
    all = await world.token('admin', { isKept: true });
  });
  afterAll(async () => {
    await world?.close();
    await database?.dispose();
  });

  const { answered, asking, enqueue, items, sourceNamed } = apiExamples(() => ({
    world,
    all,
    record,
  }));
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
      if (one.output !== null && typeof one.output !== 'string') {
        expect(faultsOf(one.id, JSON.parse(text))).toEqual([]);
      }
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
    'hosts.list',
    'report.get',
    'report.export',
    'search',
    'statistics.overview',
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

  it('lets a person of a source do what is about it alone, and sees nothing of others', async () => {
    const person = { ...world.people.operator, limits: { without: [], sources: ['sample'] } };
    for (const one of endpoints.filter(({ id }) => /^(runs|items|records|bulk|sources)/.test(id))) {
      if (!can('operator', one.permission)) continue;
      if (/^sources\.(import|plan|create|update|delete|pause|try)$/.test(one.id)) continue;
      const response = await world.askAs(person, await asking(one));
      expect(response.status, `${one.id} ${await response.text()}`).toBeLessThan(300);
    }
    const lists = await world.askAs(person, { method: 'GET', path: '/sources' });
    expect(await lists.text()).not.toContain('"other"');
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
      summary: expect.stringContaining('was refused: This token is not for this'),
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

  it.each(['/items/export', '/report/export', '/audit/export'])(
    'keeps no file open that is only asked about: %s',
    async (path) => {
      let nowMs = 0;
      // The burst is there again for each.
      const limit = createRequestLimits(() => {
        nowMs += 60_000;
        return nowMs;
      });
      for (let sent = 0; sent < 25; sent += 1) {
        const about = await world.ask(all, { method: 'HEAD', path }, limit);
        expect([about.status, about.body]).toEqual([200, null]);
        expect(about.headers.get('content-type')).toContain('text/csv');
      }
      const file = await world.ask(all, { method: 'GET', path }, limit);
      expect(file.status).toBe(200);
      expect((await file.text()).length).toBeGreaterThan(10);
    },
  );

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
