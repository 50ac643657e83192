import { describe, expect, test } from 'vitest';
import type { Actor } from '#lib/actor/model.ts';
import { newId } from '#lib/ids.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { useStore } from '#test/queue-database.ts';
import { exportWorkItems } from './export.ts';

const viewer: Actor = { userId: newId(), email: 'view@example.org', role: 'viewer' };

describe.each(contractEngines())('exporting work items on $name', (engine) => {
  const given = useStore(engine);
  const textOf = async (format: 'csv' | 'ndjson', parameters: Record<string, string> = {}) => {
    const parts: string[] = [];
    for await (const part of await exportWorkItems(given.db, viewer, { format, parameters })) {
      parts.push(part);
    }
    return parts.join('');
  };

  test('every item of the filter comes once, over any number of pages', async () => {
    const items = Array.from({ length: 230 }, (_, at) => aWorkItem({ resourceId: `item ${at}` }));
    const ids = await given.store.enqueueMany(items);
    await given.store.enqueueMany([aWorkItem({ sourceName: 'another' })]);
    const lines = (await textOf('ndjson', { source: 'sample', sort: 'priority' })).trimEnd();
    const exported = lines.split('\n').map((line) => {
      const { workItemId } = JSON.parse(line);
      return workItemId;
    });
    expect(exported.sort()).toEqual([...ids].sort());
  });

  test('a field of a table neither breaks its line nor becomes a formula', async () => {
    await given.store.enqueueMany([aWorkItem({ resourceId: '=1+1, "two"' })]);
    const [head = '', row = ''] = (await textOf('csv')).split('\r\n');
    expect(head).toMatch(/^workItemId,sourceSystem,sourceName,/);
    expect(row).toContain(`,page,"'=1+1, ""two""",https://`);
  });

  test('it is recorded, and a filter that is not understood is refused', async () => {
    expect(await textOf('ndjson', { status: 'failed' })).toBe('');
    await expect(textOf('csv', { stale: 'long' })).rejects.toMatchObject({ code: 'input_invalid' });
    const audit = await given.db.q.selectFrom('audit_log').select(['action', 'summary']).execute();
    expect(audit).toEqual([
      { action: 'work-items.export', summary: 'Exported work items as NDJSON' },
    ]);
  });
});
