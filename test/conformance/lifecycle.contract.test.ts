import { describe, expect, test } from 'vitest';
import type { WorkItemStatus } from '#db/schema.ts';
import { workItemStatuses } from '#db/schema.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '../factories.ts';
import { useStore } from '../queue-database.ts';

/** Written from the lifecycle that is documented, not taken from the code: from → what may follow. */
const allowed: Readonly<Record<WorkItemStatus, readonly WorkItemStatus[]>> = {
  pending: ['failed', 'skipped'],
  in_progress: ['pending', 'completed', 'failed', 'skipped'],
  completed: ['pending'],
  failed: ['pending', 'skipped'],
  skipped: ['pending'],
};
const moves = workItemStatuses.flatMap((from) =>
  workItemStatuses.filter((to) => to !== from).map((to) => [from, to] as const),
);

describe.each(contractEngines())('the lifecycle on $name', (engine) => {
  const given = useStore(engine);

  const givenItem = async (status: WorkItemStatus): Promise<string> => {
    const [id = ''] = await given.store.enqueueMany([aWorkItem()]);
    if (status === 'pending') return id;
    await given.store.dequeue(1);
    if (status !== 'in_progress') await given.store.updateStatus(id, status);
    return id;
  };

  test.each(moves.filter(([from, to]) => allowed[from].includes(to)))(
    'an item may go from %s to %s, and holds no lease then',
    async (from, to) => {
      const id = await givenItem(from);
      await given.store.updateStatus(id, to);
      expect(await given.store.getWorkItem(id)).toMatchObject({
        status: to,
        leaseId: null,
        leaseOwner: null,
        leaseUntil: null,
      });
      expect((await given.store.getStats()).byStatus).toMatchObject({ [from]: 0, [to]: 1 });
    },
  );

  test.each(moves.filter(([from, to]) => !allowed[from].includes(to)))(
    'an item may not go from %s to %s, and stays as it was',
    async (from, to) => {
      const id = await givenItem(from);
      const before = await given.store.getWorkItem(id);
      await expect(given.store.updateStatus(id, to)).rejects.toMatchObject({
        code: 'transition_not_allowed',
      });
      expect(await given.store.getWorkItem(id)).toEqual(before);
    },
  );

  test.each(workItemStatuses)('%s again changes nothing', async (status) => {
    const id = await givenItem(status);
    const before = await given.store.getWorkItem(id);
    await given.store.updateStatus(id, status);
    expect(await given.store.getWorkItem(id)).toEqual(before);
  });

  test.each(workItemStatuses)('of pending items alone a claim may take one: %s', async (status) => {
    await givenItem(status);
    expect(await given.store.dequeue(5)).toHaveLength(status === 'pending' ? 1 : 0);
  });
});
