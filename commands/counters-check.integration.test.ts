import { describe, expect, it } from 'vitest';
import { newId } from '#lib/ids.ts';
import { openSite } from '#test/worker/processes.ts';

describe('pnpm counters:check', () => {
  it('says that totals are exact, and sets right what had drifted', async () => {
    const site = await openSite();
    try {
      await site.runtime.store.enqueueMany(
        ['a', 'b'].map((resourceId) => ({
          workItemId: newId(),
          sourceSystem: 'test',
          sourceName: 'counted',
          resourceType: 'page',
          resourceId,
          requestUri: `https://counted.example/${resourceId}`,
        })),
      );
      const exact = await site.run('commands/counters-check.ts', []);
      expect(exact).toMatchObject({ code: 0, stdout: '✓ The kept totals are exact.\n' });

      await site.runtime.db.q.updateTable('source_totals').set({ item_count: 7 }).execute();
      const drifted = await site.run('commands/counters-check.ts', []);
      expect(drifted.code).toBe(3);
      expect(drifted.stdout).toContain('test:counted pending: there are 2');
      expect((await site.runtime.store.getStats()).byStatus.pending).toBe(2);
      expect((await site.run('commands/counters-check.ts', [])).code).toBe(0);
    } finally {
      await site.dispose();
    }
  }, 60_000);
});
