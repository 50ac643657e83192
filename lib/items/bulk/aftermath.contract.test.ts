import { describe, expect, test } from 'vitest';
import { useBulkActions } from '#test/bulk.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { readAftermath } from './aftermath.ts';

describe.each(contractEngines())('what became of items that were retried on $name', (engine) => {
  const { given, givenItems, launch, actionOf, work } = useBulkActions(engine);
  const stand = (id: string, status: 'completed' | 'failed', error_code: string | null = null) =>
    given.db.q
      .updateTable('work_items')
      .set({ status, error_code, updated_at: given.db.engine.now() })
      .where('work_item_id', '=', id)
      .execute();

  test('is told by how they stand now, and those that failed again by name', async () => {
    const [good = '', bad = '', waiting = ''] = await givenItems(3, 'failed');
    const id = await launch({ action: 'retry' });
    await work();
    const before = await readAftermath(given.db, await actionOf(id));
    expect(before).toMatchObject({ of: 3, counts: { pending: 3, failed: 0 }, failed: [] });
    await stand(good, 'completed');
    await stand(bad, 'failed', 'http_gone');
    const after = await readAftermath(given.db, await actionOf(id));
    expect(after).toMatchObject({ of: 3, counts: { completed: 1, failed: 1, pending: 1 } });
    expect(after?.failed.map(({ workItemId, errorCode }) => [workItemId, errorCode])).toEqual([
      [bad, 'http_gone'],
    ]);
    expect(waiting).not.toBe('');
  });

  test('is not told of what fetches nothing, of a dry run, and before anything was changed', async () => {
    await givenItems(2, 'failed');
    const retried = await launch({ action: 'retry' });
    expect(await readAftermath(given.db, await actionOf(retried))).toBeNull();
    const dry = await launch({ action: 'retry' }, { dryRun: true });
    const skipped = await launch({ action: 'skip' });
    await work();
    for (const id of [dry, skipped])
      expect(await readAftermath(given.db, await actionOf(id))).toBeNull();
  });
});
