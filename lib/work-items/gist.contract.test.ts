import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '#db/engine.ts';
import { type ContractDatabase, contractEngines } from '#db/testing/contract-engines.ts';
import { newId } from '#lib/ids.ts';
import { createStateStore } from './create-state-store.ts';
import { getWorkItemGist } from './gist.ts';
import type { StateStore } from './state-store.ts';
import { anAttempt, aRecord, aWorkItem, noValidators } from './testing/factories.ts';

describe.each(contractEngines())('the gist of a work item on $name', (engine) => {
  let database: ContractDatabase;
  let db: Db;
  let store: StateStore;
  beforeAll(async () => {
    database = await engine.create();
    db = database.db;
    store = await createStateStore({ db });
  });
  afterAll(() => database.dispose());

  it('is null for an item that does not exist', async () => {
    expect(await getWorkItemGist(db, newId())).toBeNull();
  });

  it('says why an item waits, before anything was fetched', async () => {
    const workItemId = newId();
    await store.enqueue(aWorkItem({ workItemId, sourceName: 'removed' }));
    expect(await getWorkItemGist(db, workItemId)).toMatchObject({
      item: { workItemId, status: 'pending' },
      waiting: { reasons: [{ code: 'source_removed' }, { code: 'no_workers' }] },
      attempts: [],
      record: null,
      remedy: null,
    });
    await store.updateStatus(workItemId, 'skipped');
  });

  it('shows how the latest record begins, however long it is', async () => {
    const workItemId = newId();
    await store.enqueue(aWorkItem({ workItemId }));
    const [claimed] = await store.dequeue(1);
    if (!claimed) throw new Error('nothing to claim');
    const payload = JSON.stringify({ text: 'naïve ✓ '.repeat(20_000) });
    const record = { ...aRecord(), payload };
    await store.complete({
      fence: claimed,
      attempt: anAttempt(),
      record,
      validators: noValidators,
      discovered: [],
    });
    const gist = await getWorkItemGist(db, workItemId);
    expect(gist).toMatchObject({
      item: { status: 'completed' },
      attempts: [{ attempt: 1, outcome: 'completed' }],
      record: { ingestId: record.ingestId },
    });
    expect(gist?.record?.beginning).toBe(payload.slice(0, 1_500));
    expect(gist?.record?.bytes).toBeGreaterThan(150_000);
  });
});
