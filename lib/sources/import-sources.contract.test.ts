import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { emptyTables } from '#test/db/empty-tables.ts';
import { importSources, planImport } from './import-sources.ts';
import { listSources, requireSource } from './read-sources.ts';
import { saveSource } from './save-source.ts';
import { createSecretBox } from './secrets.ts';
import { sourcesToYaml } from './yaml.ts';

const operator: Actor = { userId: null, email: 'op@example.org', role: 'operator' };
const viewer: Actor = { userId: null, email: 'view@example.org', role: 'viewer' };
const secretBox = createSecretBox([Buffer.alloc(32, 7)]);

const yaml = `
sources:
  - name: one
    type: test
    resources: 7
  - name: two
    type: test
seeds:
  - source: one
`;

describe.each(contractEngines())('importing sources on $name', (engine) => {
  let database: ContractDatabase;
  let db: Db;
  beforeEach(async () => {
    database = await engine.create();
    db = database.db;
  });
  afterEach(() => database.dispose());

  const importWith = (on: Db, actor: Actor, text: string) =>
    importSources(on, actor, text, { secretBox });
  const planOf = (on: Db, actor: Actor, text: string) => planImport(on, actor, text, { secretBox });
  const names = async () => (await listSources(db)).map((source) => source.name);

  test('is planned without a change, then carried out, then changes nothing', async () => {
    expect(await planOf(db, operator, yaml)).toEqual({
      sources: [
        { name: 'one', type: 'test', seeds: 1, change: 'new', differs: [] },
        { name: 'two', type: 'test', seeds: 0, change: 'new', differs: [] },
      ],
      notInFile: [],
    });
    expect(await names()).toEqual([]);
    const result = await importSources(db, operator, yaml, { secretBox });
    expect(result).toEqual({ created: 2, updated: 0, unchanged: 0 });
    expect(await names()).toEqual(['one', 'two']);
    expect(await importSources(db, operator, yaml, { secretBox })).toEqual({
      created: 0,
      updated: 0,
      unchanged: 2,
    });
  });

  test('is planned with what differs, and with what the file does not have', async () => {
    await importWith(db, operator, yaml);
    const other = `sources:
  - {name: one, type: test, enabled: false, resources: 9}
  - {name: three, type: test}
seeds: []
`;
    const plan = await planOf(db, operator, other);
    expect(plan.sources).toMatchObject([
      { name: 'one', change: 'changed', differs: ['enabled', 'settings', 'seeds'] },
      { name: 'three', change: 'new', differs: [] },
    ]);
    expect(plan.notInFile).toEqual(['two']);
    await importWith(db, operator, other);
    expect((await planOf(db, operator, other)).sources).toMatchObject([
      { name: 'one', change: 'unchanged', differs: [] },
      { name: 'three', change: 'unchanged', differs: [] },
    ]);
  });

  test('of what was exported changes nothing', async () => {
    await importSources(db, operator, yaml, { secretBox });
    const exported = sourcesToYaml(await listSources(db));
    const again = await importSources(db, operator, exported, { secretBox });
    expect(again).toEqual({ created: 0, updated: 0, unchanged: 2 });
  });

  test('with one fault imports nothing', async () => {
    const faults = [
      ['config_invalid', yaml.replace('resources: 7', 'resources: many')],
      ['config_invalid', yaml.replace('resources:', 'resource:')],
      ['config_invalid', 'sources: ['],
    ] as const;
    for (const [code, text] of faults) {
      await expect(importSources(db, operator, text, { secretBox })).rejects.toMatchObject({
        code,
      });
    }
    expect(await names()).toEqual([]);
  });

  test('of a name that exists with another type is refused before anything changes', async () => {
    await importSources(db, operator, yaml, { secretBox });
    const other = `
sources:
  - name: three
    type: test
  - name: one
    type: http
`;
    await expect(importSources(db, operator, other, { secretBox })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await names()).toEqual(['one', 'two']);
  });

  test('that a save refuses midway leaves nothing behind, not even in the audit log', async () => {
    const http = (base: string) => `
sources:
  - name: early
    type: test
  - {name: moved, type: openalex, base_url: "${base}"}
`;
    await importSources(db, operator, http('https://api.openalex.org'), { secretBox });
    await db.q.deleteFrom('sources').where('name', '=', 'early').execute();
    await emptyTables(db, ['audit_log']);
    const { sourceId } = await requireSource(db, 'moved');
    const admin: Actor = { ...operator, role: 'admin' };
    await saveSource(
      db,
      admin,
      { ...(await requireSource(db, 'moved')), secrets: { api_key: 'the key of it' } },
      { secretBox, sourceId },
    );
    const audited = () => db.q.selectFrom('audit_log').select('audit_id').execute();
    const before = await audited();
    // A stored secret is not sent to another server: known only where the source is saved.
    await expect(
      importSources(db, operator, http('https://elsewhere.example.org'), { secretBox }),
    ).rejects.toMatchObject({ code: 'input_invalid' });
    expect(await names()).toEqual(['moved']);
    expect(await audited()).toEqual(before);
  });

  test('whose names differ only in case, from one another or from what is there, is refused', async () => {
    const named = (...all: string[]) =>
      `sources:\n${all.map((name) => `  - {name: ${name}, type: test}\n`).join('')}`;
    const refused = { code: 'source_name_taken', message: expect.stringContaining('in case') };
    for (const importing of [planOf, importWith]) {
      await expect(importing(db, operator, named('Wiki', 'wiki'))).rejects.toMatchObject(refused);
    }
    await importWith(db, operator, named('Wiki'));
    for (const importing of [planOf, importWith]) {
      await expect(importing(db, operator, named('new', 'WIKI'))).rejects.toMatchObject(refused);
    }
    expect(await names()).toEqual(['Wiki']);
  });

  test('needs the permission to change sources, the plan too', async () => {
    await expect(planOf(db, viewer, yaml)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(importSources(db, viewer, yaml, { secretBox })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});
