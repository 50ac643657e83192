/** A token, and a person, of one source, asking about everything: nothing of another source is told, not even that it is there. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mute } from '#lib/alerts/mutes.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import { newId } from '#lib/ids.ts';
import { commentOnSource } from '#lib/sources/comments.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { createSecretBox } from '#lib/sources/secrets.ts';
import { type ApiWorld, type Asked, apiWorld } from '#test/api.ts';
import { apiExamples } from '#test/api-examples.ts';
import { givenAlert, givenQuarantine } from '#test/attention.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { givenTraces } from '#test/traces.ts';
import { endpoints } from './registry.ts';

/** Stands in everything of the other source: its name, its seeds, what was fetched, what people wrote. */
const canary = 'kanarie';

describe.each(contractEngines())('a token of one source on $name', (engine) => {
  let database: ContractDatabase;
  let world: ApiWorld;
  let mine: string;
  let record: { workItemId: string; ingestId: string };
  /** Of the other source, by the names of parameters. */
  let theirs: Readonly<Record<string, string>>;
  const examples = apiExamples(() => ({ world, all: mine, record }));

  beforeAll(async () => {
    database = await engine.create();
    const { db } = database;
    world = await apiWorld(db);
    const { admin } = world.people;
    const all = await world.token('admin', { isKept: true });
    mine = await world.token('admin', { sources: ['sample'], isKept: true });
    record = await world.givenRecord('sample');
    const { sourceId } = await saveSource(
      db,
      admin,
      {
        name: canary,
        type: 'http',
        enabled: true,
        settings: { rate_limit_delay: 0 },
        seeds: [{ urls: [`https://${canary}.invalid/`] }],
      },
      { secretBox: createSecretBox([randomBytes(32)]) },
    );
    const stored = await world.givenRecord(canary);
    const ask = async (path: string, body: object) => {
      const response = await world.ask(all, { method: 'POST', path, body });
      expect(response.status, await response.clone().text()).toBeLessThan(300);
      return response.json();
    };
    await ask('/items', {
      source: canary,
      items: [
        { resourceType: 'page', resourceId: canary, requestUri: `https://${canary}.invalid/1` },
      ],
    });
    const { runId } = await ask('/runs', { kind: 'seed', name: canary, sources: [canary] });
    const { bulkActionId } = await ask('/bulk-actions', {
      change: { action: 'skip' },
      scope: { filter: { source: canary } },
      dryRun: true,
    });
    const { scheduleId } = await ask('/schedules', {
      ...{ name: canary, cron: '0 3 * * *', timezone: 'UTC', enabled: false },
      request: { kind: 'seed', sources: [canary] },
    });
    const { channelId } = await ask('/channels', {
      ...{ name: canary, kind: 'webhook', address: `https://${canary}.invalid/`, alerts: true },
      runEnds: false,
    });
    await commentOnSource(db, admin, canary, `They of ${canary} move.`);
    const { muteId } = await mute(db, admin, {
      target: { kind: 'source', source: canary },
      reason: `${canary} moves`,
      end: { minutes: 5 },
    });
    await givenTraces(db, { name: canary, workItemId: stored.workItemId });
    const alertId = await givenAlert(db, canary);
    const quarantineId = await givenQuarantine(db, canary);
    await recordEvents(db, [
      { kind: 'run.launched', level: 'info', message: canary, sourceName: canary, runId },
    ]);
    theirs = {
      ...{ source: sourceId, ...stored, runId, bulkActionId, scheduleId, channelId, muteId },
      ...{ alertId, quarantineId, host: `${canary}.invalid`, workerId: 'worker-1' },
      rule: 'content_shrunken',
    };
  });
  afterAll(async () => {
    await world?.close();
    await database?.dispose();
  });

  const told = async (asked: Asked, who: 'token' | 'person' = 'token') => {
    const limits = { without: [], sources: ['sample'] };
    const response = await (who === 'token'
      ? world.ask(mine, asked)
      : world.askAs({ ...world.people.admin, limits }, asked));
    const headers = JSON.stringify([...response.headers]);
    return { status: response.status, text: `${headers}\n${await response.text()}` };
  };

  it.each(endpoints.map((one) => [one.id, one] as const))(
    '%s tells nothing of another source beside its own',
    async (_, one) => {
      // What needs more than the source cannot be prepared with this token.
      const asked = await examples.asking(one).catch(() => null);
      if (asked === null) return;
      const { text } = await told(asked);
      expect(text).not.toContain(canary);
      if (one.method === 'GET') expect((await told(asked, 'person')).text).not.toContain(canary);
    },
  );

  it.each(endpoints.filter(({ path }) => path.includes('{')).map((one) => [one.id, one] as const))(
    '%s answers the same for what is another source’s and for what is not there',
    async (_, one) => {
      const body = one.body && ((await examples.asking(one).catch(() => null))?.body ?? {});
      const fill = (value: (name: string) => string): Asked => ({
        method: one.method,
        path: one.path.replaceAll(/\{(\w+)\}/g, (__, name: string) =>
          encodeURIComponent(value(name)),
        ),
        headers: { 'if-match': '"1"' },
        ...(body === null ? {} : { body }),
      });
      const foreign = await told(fill((name) => theirs[name] ?? ''));
      const missing = await told(fill(() => newId()));
      expect(foreign.text).not.toContain(canary);
      expect(foreign).toEqual(missing);
      expect(
        await told(
          fill((name) => theirs[name] ?? ''),
          'person',
        ),
      ).toEqual(
        await told(
          fill(() => newId()),
          'person',
        ),
      );
      expect(foreign.status).toBeGreaterThanOrEqual(400);
    },
  );

  it('walks lists to their ends, and every cursor is of a row that it sees', async () => {
    for (const path of ['/runs', '/bulk-actions']) {
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const response = await world.ask(mine, { method: 'GET', path: `${path}?limit=1${query}` });
        const page: { rows: { runId?: string; bulkActionId?: string }[]; next: string | null } =
          await response.json();
        const ids = page.rows.map((row) => row.runId ?? row.bulkActionId ?? '');
        cursor = page.next;
        const [position = ''] = (cursor ?? '').split('.');
        const text = Buffer.from(position, 'base64url').toString();
        if (cursor !== null) expect(ids.some((id) => text.includes(id))).toBe(true);
      } while (cursor !== null);
    }
  });
});
