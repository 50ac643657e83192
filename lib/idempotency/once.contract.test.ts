import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '#db/engine.ts';
import { createUser } from '#lib/access/users.ts';
import { type Actor, systemActor } from '#lib/actor/model.ts';
import { newId } from '#lib/ids.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { saveSchedule } from '#lib/schedules/schedules.ts';
import { importSources } from '#lib/sources/import-sources.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { createSecretBox } from '#lib/sources/secrets.ts';
import { createView } from '#lib/views/views.ts';
import { givenAccount } from '#test/access/account.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';

const actor = systemActor('test');
const secretBox = createSecretBox([randomBytes(32)]);

describe.each(contractEngines())('a request that comes again on $name', (engine) => {
  let database: ContractDatabase;
  let db: Db;
  let ann: Actor;
  beforeAll(async () => {
    database = await engine.create();
    db = database.db;
    ann = await givenAccount(db, 'ann', 'operator');
    await saveSource(db, actor, { ...source('seeded', 5), seeds: [{}] }, { secretBox });
  });
  afterAll(() => database.dispose());

  const source = (name: string, resources: number) => ({
    name,
    type: 'test',
    enabled: true,
    settings: { resources },
    seeds: [],
  });
  const schedule = {
    name: 'Nightly',
    cron: '0 3 * * *',
    timezone: 'UTC',
    enabled: true,
    request: { kind: 'seed' as const, sources: [] },
  };
  const user = {
    email: 'new@example.org',
    name: 'New',
    role: 'viewer' as const,
    password: 'a passphrase for once',
  };
  const view = {
    page: 'work-items' as const,
    name: 'Mine',
    query: 'status=failed',
    isShared: true,
  };
  const yaml = 'sources:\n  - {name: imported, type: test}\n';

  const requests: Record<string, (requestKey: string) => Promise<unknown>> = {
    'a new source': (requestKey) =>
      saveSource(db, actor, source('fresh', 5), { secretBox, requestKey }),
    'sources from YAML': (requestKey) => importSources(db, actor, yaml, { secretBox, requestKey }),
    'a schedule': (requestKey) => saveSchedule(db, actor, schedule, { requestKey }),
    'an account': (requestKey) => createUser(db, actor, user, { requestKey }),
    'a view': (requestKey) => createView(db, ann, view, { requestKey }),
    'a run': (requestKey) =>
      launchRun(db, actor, { kind: 'seed', sources: ['seeded'] }, { requestKey }),
  };

  for (const [name, send] of Object.entries(requests)) {
    it(`is carried out once and answered alike: ${name}`, async () => {
      const before = await auditEntries();
      const requestKey = newId();
      // Twice at the same moment, as a double click does, and once more, as a person whose answer was lost.
      const [one, two] = await Promise.all([send(requestKey), send(requestKey)]);
      expect(two).toEqual(one);
      expect(await send(requestKey)).toEqual(one);
      expect((await auditEntries()) - before).toBe(1);
    });
  }

  it('changes a source once, and does not call the second a conflict', async () => {
    const { sourceId } = await saveSource(db, actor, source('changed', 5), { secretBox });
    const change = {
      sourceId,
      expectedRevision: 1,
      secretBox,
      requestKey: newId(),
    };
    await saveSource(db, actor, source('changed', 6), change);
    expect(await saveSource(db, actor, source('changed', 6), change)).toMatchObject({
      revision: 2,
    });
  });

  it('is refused under the key of a request of another kind', async () => {
    const requestKey = newId();
    await saveSchedule(db, actor, schedule, { requestKey });
    await expect(
      createView(db, ann, { ...view, name: 'Other' }, { requestKey }),
    ).rejects.toMatchObject({
      code: 'duplicate_request',
    });
  });

  it.each([
    ['an empty one', ''],
    ['one too long', 'x'.repeat(101)],
  ])('is refused under no right key: %s', async (_, requestKey) => {
    await expect(
      launchRun(db, actor, { kind: 'seed', sources: ['seeded'] }, { requestKey }),
    ).rejects.toMatchObject({ code: 'input_invalid' });
  });

  it('that failed is carried out when it is sent again', async () => {
    const requestKey = newId();
    const named = { ...schedule, request: { kind: 'seed' as const, sources: ['not yet'] } };
    await expect(saveSchedule(db, actor, named, { requestKey })).rejects.toMatchObject({
      code: 'input_invalid',
    });
    await saveSource(db, actor, source('not yet', 5), { secretBox });
    expect(await saveSchedule(db, actor, named, { requestKey })).toEqual(expect.any(String));
  });

  const auditEntries = async () =>
    (await db.q.selectFrom('audit_log').select('audit_id').execute()).length;
});
