import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiWorld, type Asked, apiWorld } from '#test/api.ts';
import { answerChecker, problemId } from '#test/api-schemas.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { randomCalls, randomFrom } from '#test/random-calls.ts';
import { matchEndpoint } from './registry.ts';

/** `API_CALLS=10000 pnpm test:contract lib/api/random-calls` sends so many; the seed repeats them. */
const calls = Number(process.env['API_CALLS'] ?? 400);
const seed = Number(process.env['API_SEED'] ?? 1);

const faultsOf = answerChecker();
const operationOf = ({ method, path: asked }: Asked): string => {
  const { pathname } = new URL(asked.slice(1), 'http://console.invalid/');
  const segments = pathname.split('/').slice(1).map(decodeURIComponent);
  const found = matchEndpoint(method, segments);
  return found && 'endpoint' in found ? found.endpoint.id : '';
};
const isJson = ({ headers }: Response) => headers.get('content-type') === 'application/json';

/** Stands in everything of the source that tokens are not for, and in nothing else. */
const marker = 'elsewhere-marker';

describe.each(contractEngines())('random calls of the API on $name', (engine) => {
  let database: ContractDatabase;
  let world: ApiWorld;
  let known: Record<string, readonly string[]>;

  beforeAll(async () => {
    database = await engine.create();
    world = await apiWorld(database.db);
    const mine = await world.givenRecord('sample');
    const theirs = await world.givenRecord('other');
    const all = await world.token('admin', { isKept: true });
    const made = async (path: string, body: object) => {
      const response = await world.ask(all, { method: 'POST', path, body });
      expect(response.status, await response.clone().text()).toBeLessThan(300);
      return response.json();
    };
    const enqueue = (source: string, resourceId: string) =>
      made('/items', {
        source,
        items: [{ resourceType: 'page', resourceId, requestUri: `https://${source}.invalid/1` }],
      });
    await enqueue('sample', 'one');
    await enqueue('other', marker);
    const run = (source: string) =>
      made('/runs', {
        kind: 'seed',
        name: source === 'other' ? marker : 'mine',
        sources: [source],
      });
    const bulk = (source: string) =>
      made('/bulk-actions', {
        change: { action: 'skip' },
        scope: { filter: { source } },
        dryRun: true,
      });
    const schedule = (source: string) =>
      made('/schedules', {
        name: source === 'other' ? marker : 'mine',
        cron: '0 3 * * *',
        timezone: 'UTC',
        enabled: false,
        request: { kind: 'seed', sources: [source] },
      });
    const both = async (make: (source: string) => Promise<Record<string, string>>, key: string) =>
      (await Promise.all(['sample', 'other'].map(make))).map((one) => one[key] ?? '');
    known = {
      source: ['sample', 'other'],
      workItemId: [mine.workItemId, theirs.workItemId],
      ingestId: [mine.ingestId, theirs.ingestId],
      runId: await both(run, 'runId'),
      ofRun: [],
      bulkActionId: await both(bulk, 'bulkActionId'),
      scheduleId: await both(schedule, 'scheduleId'),
      workerId: ['worker-1'],
      rule: ['content_shrunken'],
      host: ['sample.invalid', 'other.invalid'],
      type: ['http', 'page'],
      'If-Match': ['"1"', '"2"'],
      'Idempotency-Key': ['a', 'b', 'c'],
      cursor: [],
    };
  });
  afterAll(async () => {
    await world?.close();
    await database?.dispose();
  });

  /** All that is known of the other source. */
  async function elsewhere() {
    const { q } = database.db;
    const items = q.selectFrom('work_items').selectAll().where('source_name', '=', 'other');
    return {
      items: await items.orderBy('work_item_id').execute(),
      source: await q.selectFrom('sources').selectAll().where('name', '=', 'other').execute(),
      schedules: await q.selectFrom('schedules').selectAll().where('name', '=', marker).execute(),
      runs: await q.selectFrom('current_runs').selectAll().where('name', '=', marker).execute(),
      hosts: await q.selectFrom('hosts').selectAll().orderBy('host').execute(),
      workers: await q.selectFrom('workers').select(['worker_id', 'draining']).execute(),
    };
  }

  async function send(token: string, count: number, check: (text: string, what: string) => void) {
    const source = randomCalls(randomFrom(seed), known);
    const statuses = new Map<number, number>();
    for (let sent = 0; sent < count; sent += 1) {
      const asked = source.draw();
      const response = await world.ask(token, asked);
      const text = await response.text();
      const what = `call ${sent} of seed ${seed}: ${JSON.stringify(asked)?.slice(0, 2000)}\n${text.slice(0, 500)}`;
      expect(response.status, what).toBeLessThan(500);
      if (response.status < 300) {
        source.learn(text);
        const operationId = operationOf(asked);
        if (isJson(response)) expect(faultsOf(operationId, JSON.parse(text)), what).toEqual([]);
      }
      if (response.status >= 400) {
        expect(response.headers.get('content-type'), what).toBe('application/problem+json');
        const problem = JSON.parse(text);
        expect(problem.status, what).toBe(response.status);
        expect(faultsOf(problemId, problem), what).toEqual([]);
      }
      check(text, what);
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      if (sent % 100 === 99) await world.work();
    }
    return statuses;
  }

  it('neither fail nor read or change what a token is not for', {
    timeout: 3_600_000,
  }, async () => {
    const token = await world.token('operator', { sources: ['sample'], isKept: true });
    const before = await elsewhere();
    const statuses = await send(token, calls, (text, what) => {
      expect(text.includes(marker), what).toBe(false);
    });
    expect(await elsewhere()).toEqual(before);
    // Else the calls would show nothing.
    expect(statuses.get(200) ?? 0).toBeGreaterThan(calls / 20);
    expect(statuses.get(403) ?? 0).toBeGreaterThan(calls / 20);
  });

  it('change nothing with a token that may only look', { timeout: 3_600_000 }, async () => {
    const token = await world.token('admin', { permissions: ['console:view'], isKept: true });
    const audited = () =>
      database.db.q
        .selectFrom('audit_log')
        .select((eb) => eb.fn.countAll().as('n'))
        // That it was used and what it took is written; no change is among it.
        .where('action', 'not in', ['api-token.use', 'access.refused'])
        .where('action', 'not like', '%.download')
        .where('action', 'not like', '%.export')
        .executeTakeFirst();
    await world.work();
    const before = await audited();
    await send(token, calls / 4, () => undefined);
    expect(await audited()).toEqual(before);
  });

  it('do not fail either with a token that may do everything', { timeout: 3_600_000 }, async () => {
    const token = await world.token('admin', { isKept: true });
    await send(token, calls, () => undefined);
  });
});
