import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from '#db/engine.ts';
import { type Actor, systemActor } from '#lib/actor/model.ts';
import type { SourceInput } from '#lib/config/model.ts';
import { createStateStore } from '#lib/queue/create-state-store.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { emptyTables } from '#test/db/empty-tables.ts';
import { commentOnSource, listComments } from './comments.ts';
import { deleteSource, endPauses, pauseSource, resumeSource } from './lifecycle.ts';
import { getSource, listRevisions, listSources, requireSource } from './read-sources.ts';
import { rotateSecrets } from './rotate-secrets.ts';
import { ensureSampleSource, saveSource, upsertSource } from './save-source.ts';
import { referenceReader } from './secret-references.ts';
import { createSecretBox, readSecrets, type SecretBox } from './secrets.ts';
import { seedItems } from './seeds.ts';
import { parseSourcesYaml, sourcesToYaml } from './yaml.ts';

const admin = systemActor('test');
const operator: Actor = { userId: null, email: 'op@example.org', role: 'operator' };
const viewer: Actor = { userId: null, email: 'eye@example.org', role: 'viewer' };
const secretBox = createSecretBox([randomBytes(32)]);

const openalexInput = (over: Partial<SourceInput> = {}): SourceInput => ({
  name: 'papers',
  type: 'openalex',
  enabled: true,
  settings: { rate_limit_delay: 0.25, max_retries: 2 },
  seeds: [{ work_ids: ['W1'] }],
  ...over,
});

describe.each(contractEngines())('sources on $name', (engine) => {
  let database: ContractDatabase;
  let db: Db;
  beforeAll(async () => {
    database = await engine.create();
    db = database.db;
  });
  beforeEach(async () => {
    const tables = [
      'work_items',
      'sources',
      'source_revisions',
      'source_secrets',
      'source_comments',
      'audit_log',
      'app_settings',
    ] as const;
    await emptyTables(db, tables);
  });
  afterAll(() => database?.dispose());

  const save = (
    over: Partial<SourceInput> = {},
    options: { sourceId?: string; expectedRevision?: number } = {},
  ) => saveSource(db, admin, openalexInput(over), { secretBox, ...options });
  const audited = async () =>
    await db.q
      .selectFrom('audit_log')
      .select(['action', 'after_state', 'before_state'])
      .orderBy('audit_id')
      .execute();

  it.each(['PAPERS', 'Pàpers', 'ｐapers'])(
    'a name like %s is refused beside “papers”, whose items the database might take for its own',
    async (name) => {
      const { sourceId } = await save();
      const refused = {
        code: 'source_name_taken',
        message: `The name "${name}" differs only in case or accents from the source "papers".`,
        fields: { name: expect.any(String) },
      };
      await expect(save({ name })).rejects.toMatchObject(refused);
      await deleteSource(db, admin, sourceId);
      await expect(save({ name })).rejects.toMatchObject({ code: 'source_name_taken' });
      expect((await save()).name).toBe('papers');
    },
  );

  it('a saved source comes back whole, by name and by id, with its defaults filled in', async () => {
    const saved = await save();
    expect(saved).toMatchObject({
      name: 'papers',
      type: 'openalex',
      enabled: true,
      rateDelayMs: 250,
      maxAttempts: 3,
      revision: 1,
      pausedAt: null,
      storedSecrets: [],
      settings: { base_url: 'https://api.openalex.org', timeout: 30 },
    });
    expect(saved.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(await getSource(db, 'papers')).toEqual(saved);
    expect(await getSource(db, saved.sourceId)).toEqual(saved);
    expect(await getSource(db, 'Papers')).toBeNull();
    await expect(requireSource(db, 'nobody')).rejects.toMatchObject({ code: 'source_unknown' });
  });

  it('one name is taken once', async () => {
    await save({ name: 'cafe' });
    await expect(save({ name: 'cafe' })).rejects.toMatchObject({
      code: 'source_name_taken',
      fields: { name: expect.any(String) },
    });
    expect(await listSources(db)).toHaveLength(1);
  });

  it('two people creating one name at once make one source', async () => {
    const results = await Promise.allSettled([save(), save(), save()]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await listSources(db)).toHaveLength(1);
  });

  it.each<[string, Partial<SourceInput>, string[]]>([
    ['a wrong URL', { settings: { base_url: 'openalex' } }, ['settings.base_url']],
    [
      'an unknown key',
      { settings: { discovery: { max_dept: 1 } } },
      ['settings.discovery.max_dept'],
    ],
    [
      'values out of range',
      { settings: { timeout: 0, max_retries: 99 } },
      ['settings.timeout', 'settings.max_retries'],
    ],
    ['a bad seed', { seeds: [{ work_ids: ['W1'] }, { work_ids: ['x'] }] }, ['seeds.1.work_ids.0']],
    ['a colon in the name', { name: 'a:b' }, ['name']],
    ['blanks around the name', { name: ' a' }, ['name']],
    ['a long name', { name: 'x'.repeat(101) }, ['name']],
    ['an unknown type', { type: 'gopher' }, ['type']],
    ['a secret that is too short', { secrets: { api_key: 'short' } }, ['secrets.api_key']],
    ['a key beyond ASCII', { secrets: { api_key: 'schlüssel' } }, ['secrets.api_key']],
    [
      'a password of two lines',
      { type: 'http', settings: {}, seeds: [], secrets: { password: 'pässwort\n2' } },
      ['secrets.password'],
    ],
    ['an unknown secret', { secrets: { password: 'x' } }, ['secrets.password']],
    ['the mask for a secret', { secrets: { api_key: '••••••••' } }, ['secrets.api_key']],
    ['what stands for a secret', { secrets: { api_key: '[redacted]' } }, ['secrets.api_key']],
    [
      'a seed without a base',
      { type: 'http', settings: {}, seeds: [{ urls: ['/x'] }] },
      ['seeds.0'],
    ],
  ])('%s is refused beside its field, and nothing is saved', async (_, over, fields) => {
    const failure = await save(over).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'input_invalid' });
    expect(Object.keys((failure as { fields: object }).fields)).toEqual(fields);
    expect(await listSources(db)).toEqual([]);
    expect(await audited()).toEqual([]);
  });

  it('every save that changes something is a revision; one that changes nothing is none', async () => {
    const first = await save();
    const second = await save(
      { settings: { timeout: 60 } },
      { sourceId: first.sourceId, expectedRevision: 1 },
    );
    expect(second).toMatchObject({ revision: 2, settings: { timeout: 60 }, rateDelayMs: 100 });
    const same = await save(
      { settings: { timeout: 60 } },
      { sourceId: first.sourceId, expectedRevision: 2 },
    );
    expect(same.revision).toBe(2);
    expect(await listRevisions(db, first.sourceId)).toMatchObject([
      { revision: 2, settings: { timeout: 60 }, changedBy: 'system:test' },
      { revision: 1, settings: { timeout: 30 } },
    ]);
    expect((await audited()).map(({ action }) => action)).toEqual([
      'source.create',
      'source.update',
    ]);
  });

  it("a save over somebody else's is a conflict that changes nothing", async () => {
    const { sourceId } = await save();
    await save({ settings: { timeout: 60 } }, { sourceId, expectedRevision: 1 });
    await expect(
      save({ settings: { timeout: 90 } }, { sourceId, expectedRevision: 1 }),
    ).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await getSource(db, sourceId)).toMatchObject({ revision: 2, settings: { timeout: 60 } });
  });

  it('name and type stay as they are, since items carry them', async () => {
    const { sourceId } = await save();
    await expect(save({ name: 'other' }, { sourceId })).rejects.toMatchObject({
      fields: { name: expect.any(String) },
    });
    await expect(
      save({ type: 'test', settings: {}, seeds: [{}] }, { sourceId }),
    ).rejects.toMatchObject({ fields: { type: expect.any(String) } });
  });

  it('an upsert says whether it created, updated or left alone', async () => {
    const upsert = (over: Partial<SourceInput> = {}) =>
      upsertSource(db, admin, openalexInput(over), { secretBox });
    expect((await upsert()).change).toBe('created');
    expect((await upsert()).change).toBe('unchanged');
    expect((await upsert({ enabled: false })).change).toBe('updated');
    const secrets = { api_key: 'the key of it' };
    expect((await upsert({ enabled: false, secrets })).change).toBe('updated');
    expect((await upsert({ enabled: false, secrets })).change).toBe('unchanged');
  });

  it('secrets are kept encrypted, replaced, removed, and shown nowhere', async () => {
    const { sourceId, storedSecrets } = await save({ secrets: { api_key: 'hunter2' } });
    expect(storedSecrets).toMatchObject([{ name: 'api_key', reference: null }]);
    expect(await readSecrets(db, sourceId, secretBox)).toEqual({ api_key: 'hunter2' });
    const [row] = await db.q.selectFrom('source_secrets').selectAll().execute();
    expect(row?.ciphertext).not.toContain('hunter2');
    await expect(
      readSecrets(db, sourceId, createSecretBox([randomBytes(32)])),
    ).rejects.toMatchObject({
      code: 'secret_unreadable',
    });
    await save({ settings: { timeout: 9 } }, { sourceId });
    expect(await readSecrets(db, sourceId, secretBox)).toEqual({ api_key: 'hunter2' });
    await save({ settings: { timeout: 9 }, secrets: { api_key: 'hunter3' } }, { sourceId });
    expect(await readSecrets(db, sourceId, secretBox)).toEqual({ api_key: 'hunter3' });
    expect((await save({ secrets: { api_key: '' } }, { sourceId })).storedSecrets).toEqual([]);
    expect(JSON.stringify(await audited())).not.toContain('hunter');
  });

  it('a secret by reference is read where it stands, and shown as that', async () => {
    const reference = 'env:INGEST_SOURCE_PAPERS';
    const { sourceId, storedSecrets } = await save({ secrets: { api_key: reference } });
    expect(storedSecrets).toMatchObject([{ name: 'api_key', reference }]);
    const read = referenceReader({ INGEST_SOURCE_PAPERS: 'hunter2' }, '');
    const box = createSecretBox([randomBytes(32)], read);
    expect(await readSecrets(db, sourceId, box)).toEqual({ api_key: 'hunter2' });
    await expect(readSecrets(db, sourceId, secretBox)).rejects.toMatchObject({
      code: 'secret_unreadable',
    });
    const { revision } = await save({ secrets: { api_key: reference } }, { sourceId });
    expect(revision).toBe(1);
    await expect(save({ secrets: { api_key: 'env:HOME' } }, { sourceId })).rejects.toMatchObject({
      fields: { 'secrets.api_key': expect.stringContaining('a reference is') },
    });
  });

  it('secrets are sealed anew under a new key, and what no key opens is named', async () => {
    const [old, next] = [randomBytes(32), randomBytes(32)] as const;
    const ring = createSecretBox([next, old]);
    const saveWith = (name: string, box: SecretBox, key: string) =>
      saveSource(db, admin, openalexInput({ name, secrets: { api_key: key } }), {
        secretBox: box,
      });
    const { sourceId } = await saveWith('old', createSecretBox([old]), 'hunter1');
    await saveWith('new', ring, 'hunter2');
    await saveWith('lost', secretBox, 'hunter3');
    await saveWith('named', ring, 'env:INGEST_SOURCE_X');
    const unreadable = [{ source: 'lost', secret: 'api_key' }];
    expect(await rotateSecrets(db, admin, ring)).toEqual({ rotated: 1, current: 1, unreadable });
    expect(await rotateSecrets(db, admin, ring)).toEqual({ rotated: 0, current: 2, unreadable });
    const alone = createSecretBox([next]);
    expect(await readSecrets(db, sourceId, alone)).toEqual({ api_key: 'hunter1' });
    const entries = await audited();
    expect(entries.map(({ action }) => action)).toContain('source.rotate-secrets');
    expect(JSON.stringify(entries)).not.toContain('hunter');
    await expect(rotateSecrets(db, operator, ring)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('a stored secret does not follow the source to another server', async () => {
    const { sourceId } = await save({ secrets: { api_key: 'hunter2' } });
    const settings = { base_url: 'https://thief.example' };
    await expect(
      saveSource(db, operator, openalexInput({ settings }), { secretBox, sourceId }),
    ).rejects.toMatchObject({
      code: 'input_invalid',
      fields: { 'secrets.api_key': expect.any(String) },
    });
    await save({ settings, secrets: { api_key: 'meant for it' } }, { sourceId });
    expect(await readSecrets(db, sourceId, secretBox)).toEqual({ api_key: 'meant for it' });
  });

  it('only who may, may', async () => {
    const { sourceId } = await save();
    const forbidden = { code: 'forbidden' };
    await expect(
      saveSource(db, viewer, openalexInput({ name: 'x' }), { secretBox }),
    ).rejects.toMatchObject(forbidden);
    await expect(
      saveSource(db, operator, openalexInput({ secrets: { api_key: 'x' } }), {
        secretBox,
        sourceId,
      }),
    ).rejects.toMatchObject(forbidden);
    await expect(pauseSource(db, viewer, sourceId)).rejects.toMatchObject(forbidden);
    await expect(deleteSource(db, viewer, sourceId)).rejects.toMatchObject(forbidden);
    await pauseSource(db, operator, sourceId);
  });

  it('pausing and resuming are recorded once each, however often they are asked for', async () => {
    const { sourceId } = await save();
    expect(await pauseSource(db, operator, sourceId, { reason: 'maintenance' })).toMatchObject({
      pausedAt: expect.stringMatching(/Z$/),
      pausedReason: 'maintenance',
    });
    await pauseSource(db, operator, sourceId);
    expect(await resumeSource(db, operator, 'papers')).toMatchObject({
      pausedAt: null,
      pausedReason: null,
    });
    await resumeSource(db, operator, 'papers');
    expect((await audited()).map(({ action }) => action)).toEqual([
      'source.create',
      'source.pause',
      'source.resume',
    ]);
  });

  it('a pause with an end is over by itself, once, and the log says so', async () => {
    const { sourceId } = await save();
    await expect(
      pauseSource(db, operator, sourceId, { end: { at: '2020-01-01T00:00:00Z' } }),
    ).rejects.toMatchObject({ code: 'input_invalid', fields: { end: 'It is past already.' } });
    const paused = await pauseSource(db, operator, sourceId, { end: { minutes: 60 } });
    expect(paused.pausedUntil).toMatch(/Z$/);
    // Another reason and end take the place of those that were given.
    expect(await pauseSource(db, operator, sourceId, { reason: 'moved', end: null })).toMatchObject(
      {
        pausedAt: paused.pausedAt,
        pausedReason: 'moved',
        pausedUntil: null,
      },
    );
    expect(await endPauses(db)).toBe(0);
    await pauseSource(db, operator, sourceId, { reason: 'moved', end: { minutes: 1 } });
    expect(await endPauses(db)).toBe(0);
    await db.q
      .updateTable('sources')
      .set({ paused_until: db.engine.nowPlus(-1) })
      .execute();
    expect(await endPauses(db)).toBe(1);
    expect(await endPauses(db)).toBe(0);
    expect(await requireSource(db, sourceId)).toMatchObject({
      pausedAt: null,
      pausedReason: null,
      pausedUntil: null,
    });
    expect((await audited()).at(-1)).toMatchObject({ action: 'source.resume' });
  });

  it('comments are kept in their order, and only who may, writes one', async () => {
    const { sourceId } = await save();
    await commentOnSource(db, operator, sourceId, 'They move to a new host on Friday.');
    await commentOnSource(db, admin, 'papers', 'Done.\nSlower from now on.');
    expect(await listComments(db, sourceId)).toMatchObject([
      { by: 'system:test', body: 'Done.\nSlower from now on.' },
      { by: 'op@example.org', body: 'They move to a new host on Friday.' },
    ]);
    await expect(commentOnSource(db, viewer, sourceId, 'x')).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(commentOnSource(db, operator, 'nobody', 'x')).rejects.toMatchObject({
      code: 'source_unknown',
    });
    expect((await audited()).filter(({ action }) => action === 'source.comment')).toHaveLength(2);
  });

  it('items are counted per status, and stay when their source is deleted', async () => {
    const source = await save({
      seeds: [{ work_ids: ['W1', 'W2'], dois: ['10.1234/x'] }],
      secrets: { api_key: 'the key of it' },
    });
    const store = await createStateStore({ db });
    await store.enqueueMany(seedItems(source));
    await store.dequeue(1);
    const [listed] = await listSources(db);
    expect(listed?.counts).toEqual({
      pending: 2,
      in_progress: 1,
      completed: 0,
      failed: 0,
      skipped: 0,
    });
    expect(await deleteSource(db, admin, source.sourceId)).toEqual({ itemsLeft: 3 });
    expect(await listSources(db)).toEqual([]);
    expect(await getSource(db, source.sourceId)).toBeNull();
    expect(await db.q.selectFrom('source_secrets').selectAll().execute()).toEqual([]);
    expect((await store.getStats()).total).toBe(3);
    expect((await save()).sourceId).not.toBe(source.sourceId);
  });

  it('the sample comes once, and does not come back when it was deleted', async () => {
    expect(await ensureSampleSource(db)).toBe(true);
    const [sample] = await listSources(db);
    expect(sample).toMatchObject({ name: 'Sample', type: 'test', enabled: true });
    expect(await ensureSampleSource(db)).toBe(false);
    if (sample) await deleteSource(db, admin, sample.sourceId);
    expect(await ensureSampleSource(db)).toBe(false);
    expect(await listSources(db)).toEqual([]);
  });

  it('what is exported as YAML changes nothing when it is imported', async () => {
    await save({ secrets: { api_key: 'hunter2' } });
    await save({
      name: 'off',
      enabled: false,
      type: 'test',
      settings: { fail_ids: ['a'] },
      seeds: [{}, { ids: ['b'] }],
    });
    const yaml = sourcesToYaml(await listSources(db));
    expect(yaml).not.toContain('hunter2');
    for (const input of parseSourcesYaml(yaml)) {
      expect((await upsertSource(db, admin, input, { secretBox })).change).toBe('unchanged');
    }
  });
});
