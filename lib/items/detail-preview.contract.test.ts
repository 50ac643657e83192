import { describe, expect, it } from 'vitest';
import { newId } from '#lib/ids.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aRecord, aWorkItem, noValidators } from '#test/factories.ts';
import { useStore } from '#test/queue-database.ts';
import { getWorkItemPreview } from './detail.ts';

describe.each(contractEngines())('the preview of a work item on $name', (engine) => {
  const t = useStore(engine);

  it('is null for an item that does not exist', async () => {
    expect(await getWorkItemPreview(t.db, newId())).toBeNull();
  });

  it('says why an item waits, before anything was fetched', async () => {
    const workItemId = newId();
    await t.store.enqueue(aWorkItem({ workItemId, sourceName: 'removed' }));
    expect(await getWorkItemPreview(t.db, workItemId)).toMatchObject({
      item: { workItemId, status: 'pending' },
      waiting: { reasons: [{ code: 'source_removed' }, { code: 'no_workers' }] },
      attempts: [],
      record: null,
      remedy: null,
    });
    await t.store.updateStatus(workItemId, 'skipped');
  });

  it('shows how the latest record begins, however long it is', async () => {
    const workItemId = newId();
    await t.store.enqueue(aWorkItem({ workItemId }));
    const [claimed] = await t.store.dequeue(1);
    if (!claimed) throw new Error('nothing to claim');
    const payload = JSON.stringify({ text: 'naïve ✓ '.repeat(20_000) });
    const record = { ...aRecord(), payload };
    await t.store.complete({
      fence: claimed,
      attempt: anAttempt(),
      record,
      validators: noValidators,
      discovered: [],
    });
    const preview = await getWorkItemPreview(t.db, workItemId);
    expect(preview).toMatchObject({
      item: { status: 'completed' },
      attempts: [{ attempt: 1, outcome: 'completed' }],
      record: { ingestId: record.ingestId },
    });
    expect(preview?.record?.beginning).toBe(payload.slice(0, 1_500));
    expect(preview?.record?.bytes).toBeGreaterThan(150_000);
  });
});
