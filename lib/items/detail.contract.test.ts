import { describe, expect, it } from 'vitest';
import { newId } from '#lib/ids.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aRecord, aWorkItem, noValidators } from '#test/factories.ts';
import { useStore } from '#test/queue-database.ts';
import { getWorkItemDetail } from './detail.ts';

describe.each(contractEngines())('the detail of a work item on $name', (engine) => {
  const t = useStore(engine);

  const detailOf = async (id: string) => {
    const detail = await getWorkItemDetail(t.db, id);
    if (!detail) throw new Error(`no item ${id}`);
    return detail;
  };

  it('is null for an item that does not exist', async () => {
    expect(await getWorkItemDetail(t.db, newId())).toBeNull();
  });

  it('shows attempts, records and lineage of a completed item', async () => {
    const parentId = newId();
    await t.store.enqueue(aWorkItem({ workItemId: parentId, resourceId: 'Parent' }));
    const [claimed] = await t.store.dequeue(1);
    if (!claimed) throw new Error('nothing to claim');
    const record = aRecord();
    await t.store.complete({
      fence: claimed,
      attempt: anAttempt(),
      record,
      validators: noValidators,
      discovered: ['A', 'B'].map((resourceId) =>
        aWorkItem({ resourceId, discoveredFrom: parentId }),
      ),
    });
    const parent = await detailOf(parentId);
    expect(parent.item.status).toBe('completed');
    expect(parent.waiting.reasons[0].code).toBe('completed');
    expect(parent.attempts).toHaveLength(1);
    expect(parent.attempts[0]).toMatchObject({ outcome: 'completed', itemsDiscovered: 2 });
    expect(parent.records.map((one) => one.ingestId)).toEqual([record.ingestId]);
    expect(parent.parent).toBeNull();
    expect(parent.children.count).toEqual({ kind: 'exact', count: 2 });
    expect(parent.children.items.map((one) => one.resourceId).sort()).toEqual(['A', 'B']);

    const child = await detailOf(parent.children.items[0]?.workItemId ?? '');
    expect(child.parent).toMatchObject({ workItemId: parentId, resourceId: 'Parent' });
    expect(child.children).toEqual({ items: [], count: { kind: 'exact', count: 0 } });
  });

  it('numbers the attempts of an item over its life, also when it is sent round again', async () => {
    const workItemId = newId();
    await t.store.enqueue(aWorkItem({ workItemId }));
    for (const round of [1, 2]) {
      const [claimed] = await t.store.dequeue(1);
      if (claimed?.workItemId !== workItemId) throw new Error('another item was claimed');
      await t.store.complete({
        fence: claimed,
        attempt: anAttempt(),
        record: aRecord(),
        validators: noValidators,
        discovered: [],
      });
      if (round === 1) await t.store.updateStatus(workItemId, 'pending');
    }
    const { attempts } = await detailOf(workItemId);
    expect(attempts.map(({ number, attempt }) => [number, attempt])).toEqual([
      [2, 1],
      [1, 1],
    ]);
  });

  it('says that the source is gone, and that no worker runs', async () => {
    const id = newId();
    await t.store.enqueue(aWorkItem({ workItemId: id, sourceName: 'removed' }));
    const detail = await detailOf(id);
    expect(detail.sourceId).toBeNull();
    expect(detail.waiting.reasons.map((reason) => reason.code)).toEqual([
      'source_removed',
      'no_workers',
    ]);
  });

  it('opens an item whose run id is no UUID, as an older database may hold', async () => {
    const id = newId();
    await t.store.enqueue(aWorkItem({ workItemId: id, runId: 'run-of-old' }));
    expect((await detailOf(id)).run).toBeNull();
  });
});
