import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '#db/engine.ts';
import { systemActor } from '#lib/actor/model.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { listAudit, parseAuditQuery } from './list-audit.ts';
import { recordAudit } from './record-audit.ts';

describe.each(contractEngines())('the audit log on $name', (engine) => {
  let database: ContractDatabase;
  let db: Db;

  beforeAll(async () => {
    database = await engine.create();
    db = database.db;
    for (let number = 1; number <= 7; number += 1) {
      await recordAudit(db, systemActor(number % 2 === 0 ? 'even' : 'odd'), {
        action: number <= 3 ? 'run.launch' : 'source.pause',
        targetType: number <= 3 ? 'run' : 'source',
        targetId: String(number),
        summary: `change ${number}`,
        before: { number },
        after: { list: [number] },
      });
    }
  });
  afterAll(() => database.dispose());

  const summaries = async (raw: Record<string, string>) => {
    const { query, problems } = parseAuditQuery(raw);
    expect(problems).toEqual([]);
    return (await listAudit(db, query)).rows.map(({ summary }) => summary);
  };

  it('is undone with the change it belongs to', async () => {
    const failing = db.transaction(async (tx) => {
      await recordAudit(tx, systemActor('test'), {
        action: 'x.y',
        targetType: 'x',
        targetId: null,
        summary: 'never happened',
      });
      throw new Error('the change failed');
    });
    await expect(failing).rejects.toThrow('the change failed');
    expect(await summaries({ action: 'x.y' })).toEqual([]);
  });

  it('is read page by page, newest first, forwards and back, without gap or repetition', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    let last = await listAudit(db, {}, { limit: 3 });
    for (;;) {
      seen.push(...last.rows.map(({ summary }) => summary));
      pages += 1;
      if (last.next === null) break;
      cursor = last.next;
      last = await listAudit(db, { cursor }, { limit: 3 });
    }
    expect(pages).toBe(3);
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1].map((number) => `change ${number}`));
    const back = await listAudit(db, { cursor: last.previous ?? '' }, { limit: 3 });
    expect(back.rows.map(({ summary }) => summary)).toEqual(['change 4', 'change 3', 'change 2']);
  });

  it('is filtered by who, what, target and day', async () => {
    expect(await summaries({ actor: 'EVEN' })).toEqual(['change 6', 'change 4', 'change 2']);
    expect(await summaries({ action: 'run', actor: 'odd' })).toEqual(['change 3', 'change 1']);
    expect(await summaries({ type: 'source', target: '5' })).toEqual(['change 5']);
    expect(await summaries({ to: '2020-01-01' })).toEqual([]);
    expect(await summaries({ from: '2020-01-01', type: 'run' })).toHaveLength(3);
  });

  it('gives back what was before and after', async () => {
    const [entry] = (await listAudit(db, { targetId: '7' })).rows;
    expect(entry).toMatchObject({ before: { number: 7 }, after: { list: [7] }, actorId: null });
    expect(entry?.at).toMatch(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z$/);
  });

  it('refuses a cursor that was altered', async () => {
    const { next } = await listAudit(db, {}, { limit: 2 });
    await expect(listAudit(db, { cursor: `${next}x` })).rejects.toMatchObject({
      code: 'cursor_invalid',
    });
  });
});
