import { describe, expect, test } from 'vitest';
import { type Actor, systemActor } from '#lib/actor/model.ts';
import { newId } from '#lib/ids.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { useStore } from '#test/queue-database.ts';
import { exportAudit } from './list-audit.ts';
import { recordAudit } from './record-audit.ts';

const viewer: Actor = { userId: newId(), email: 'view@example.org', role: 'viewer' };

describe.each(contractEngines())('exporting the audit log on $name', (engine) => {
  const given = useStore(engine);
  const record = (summary: string, after?: unknown) =>
    given.db.transaction((tx) =>
      recordAudit(tx, systemActor('tests'), {
        action: 'source.save',
        targetType: 'source',
        targetId: 'one',
        summary,
        after,
      }),
    );
  const textOf = async (format: 'csv' | 'ndjson', parameters: Record<string, string> = {}) => {
    const parts: string[] = [];
    for await (const part of await exportAudit(given.db, viewer, { format, parameters })) {
      parts.push(part);
    }
    return parts.join('');
  };

  test('every entry of the filter comes once, the newest first, over any number of pages', async () => {
    await given.db.transaction(async (tx) => {
      for (let at = 0; at < 120; at += 1) {
        await recordAudit(tx, systemActor('tests'), {
          action: 'source.save',
          targetType: 'source',
          targetId: 'one',
          summary: `Change ${at}`,
        });
      }
    });
    const lines = (await textOf('ndjson', { action: 'source' })).trimEnd().split('\n');
    const ids = lines.map((line) => JSON.parse(line).auditId);
    expect(ids).toHaveLength(120);
    expect(new Set(ids).size).toBe(120);
    expect(ids).toEqual(ids.toSorted().toReversed());
  });

  test('as CSV it has what was before and after as JSON, and the export stands in the log', async () => {
    await record('Saved =one, "two"', { rate: 2 });
    const [head, export_, row] = (await textOf('csv')).trimEnd().split('\r\n');
    expect(head).toBe(
      'auditId,at,actorId,actorEmail,address,action,targetType,targetId,summary,before,after,contentHash,position,previousHash,hash',
    );
    expect(export_).toContain(
      ',view@example.org,,audit.export,audit,,Exported the audit log as CSV',
    );
    expect(row).toContain(',source.save,source,one,"Saved =one, ""two""",,"{""rate"":2}",');
  });

  test('a filter that is not understood is refused', async () => {
    await expect(textOf('csv', { from: 'yesterday' })).rejects.toMatchObject({
      code: 'input_invalid',
    });
  });
});
