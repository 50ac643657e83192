import { describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { insertHost } from '#lib/hosts/insert-host.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { ensureSampleSource } from '#lib/sources/save-source.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { givenSource, useStore } from '#test/queue-database.ts';
import { filterSuggestions } from './suggest.ts';

const all = systemActor('test');

describe.each(contractEngines())('suggested values of filters on $name', (engine) => {
  const t = useStore(engine);

  it('are none while there is nothing', async () => {
    expect(await filterSuggestions(t.db, all)).toEqual({
      sources: [],
      types: [],
      hosts: [],
      errors: [],
      runs: [],
      workers: [],
      people: [],
    });
  });

  it('are what the items, sources, runs and hosts really have, each once', async () => {
    await ensureSampleSource(t.db);
    for (const [resourceId, resourceType] of [
      ['A', 'page'],
      ['B', 'category'],
      ['C', 'page'],
    ] as const) {
      await t.store.enqueue(aWorkItem({ resourceId, resourceType }));
    }
    await t.db.q
      .updateTable('work_items')
      .set({ status: 'failed', error_code: 'http_server_error' })
      .where('resource_id', 'in', ['A', 'B'])
      .execute();
    const { runId } = await launchRun(t.db, systemActor('test'), {
      kind: 'seed',
      sources: ['Sample'],
      name: 'First',
    });
    expect(await filterSuggestions(t.db, all)).toMatchObject({
      sources: ['Sample'],
      // The third is what the run seeded.
      types: ['category', 'page', 'resource'],
      errors: ['http_server_error'],
      runs: [{ runId, name: 'First' }],
      workers: [],
    });
  });

  it('are for a person of some sources those of these', async () => {
    for (const name of ['mine', 'canary']) {
      await givenSource(t.db, { name, seeds: [{}] });
      await launchRun(t.db, all, { kind: 'seed', sources: [name] });
      await insertHost(t.db, `${name}.example`, {});
      await t.db.q
        .insertInto('source_hosts')
        .values({
          host: `${name}.example`,
          source_system: 'test',
          source_name: name,
          asked_at: t.db.engine.now(),
        })
        .execute();
    }
    const limited = { ...all, limits: { without: [], sources: ['mine'] } };
    const offered = await filterSuggestions(t.db, limited);
    expect(offered).toMatchObject({ sources: ['mine'], hosts: ['mine.example'] });
    expect(offered.runs).toHaveLength(1);
    expect(JSON.stringify(offered)).not.toContain('canary');
  });
});
