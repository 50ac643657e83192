import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '#db/open.ts';
import { systemActor } from '#lib/actor/model.ts';
import { registerWorker } from '#lib/workers/presence.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { examineDatabase, judgeProcesses } from './examine.ts';

const actor = systemActor('test');

describe.each(contractEngines())('examining a database on $name', (engine) => {
  let given: ContractDatabase;
  beforeAll(async () => {
    given = await engine.create();
  });
  afterAll(() => given.dispose());

  const examine = () => examineDatabase(given.db, actor, { thorough: true, self: 'this test' });
  const troubles = async () =>
    (await examine()).findings
      .filter(({ severity }) => severity === 'fault' || severity === 'warning')
      .map(({ code, severity }) => `${severity} ${code}`);

  it('finds nothing wrong with one as db:init makes it', async () => {
    await registerWorker(given.db, {
      workerId: 'w',
      hostName: 'a',
      pid: 7,
      version: '1',
      concurrency: 4,
    });
    const found = await examine();
    expect(await troubles()).toEqual([]);
    const fine = found.findings.filter(({ severity }) => severity === 'ok');
    expect(fine.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['migrations', 'schema', 'processes']),
    );
    expect(found.processes.map(({ name }) => name)).toEqual(['this test', 'worker a (7)']);
    expect(found.facts.length).toBeGreaterThan(3);
  });

  it('finds what somebody has dropped, and what somebody has added', async () => {
    const items = given.db.engine.table('work_items');
    const mine = sql`create index mine_on_uri on ${items} (request_uri)`;
    await mine.execute(given.db.q);
    expect((await examine()).findings).toContainEqual(
      expect.objectContaining({ code: 'index_foreign', message: expect.stringMatching(/mine_on/) }),
    );
    await sql`drop table ${given.db.engine.table('app_settings')}`.execute(given.db.q);
    expect(await troubles()).toEqual(['fault table_missing']);
  });

  it('tells of one that was never set up', async () => {
    const { settings, remove } = await engine.freshSettings();
    const empty = await openDatabase(settings);
    try {
      const { findings } = await examineDatabase(empty, actor, { thorough: false });
      expect(findings[0]).toMatchObject({ severity: 'fault' });
      expect(findings.map(({ code }) => code)).toEqual(
        expect.arrayContaining(['migrations', 'table_missing']),
      );
    } finally {
      await empty.close();
      await remove();
    }
  });

  it('is for operators', async () => {
    const viewer = { ...actor, role: 'viewer' as const };
    await expect(examineDatabase(given.db, viewer, { thorough: false })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

it('processes that retry often or wait for connections are named', () => {
  const process = {
    name: 'worker a (7)',
    pool: null,
    faults: { deadlocks: 18, busy: 1, connectionsLost: 1 },
    poolWaits: 6,
  };
  const findings = judgeProcesses([process, { ...process, name: 'worker b (8)', poolWaits: 0 }]);
  expect(findings.map(({ message }) => /worker \w/.exec(message)?.[0])).toEqual([
    'worker a',
    'worker a',
    'worker b',
  ]);
  expect(judgeProcesses([])).toMatchObject([{ severity: 'ok' }]);
});
