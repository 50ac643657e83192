/** The chain against whoever holds the database: each way to change what was written is found, and said where. */
import { beforeEach, describe, expect, test } from 'vitest';
import { type Actor, systemActor } from '#lib/actor/model.ts';
import { purgeOld } from '#lib/retention/purge.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { changeAudit } from '#test/db/empty-tables.ts';
import { useStore } from '#test/queue-database.ts';
import { readChainState } from './chain-state.ts';
import { exportAudit, listAudit } from './list-audit.ts';
import { recordAudit } from './record-audit.ts';
import { sealAudit } from './seal-audit.ts';
import { verifyAndRecord, verifyAudit, verifyNewest } from './verify-audit.ts';
import { verifyExport } from './verify-export.ts';

const dayMs = 86_400_000;
const viewer: Actor = { userId: null, email: 'view@example.org', role: 'viewer' };

describe.each(contractEngines())('the chain of the audit log on $name', (engine) => {
  const t = useStore(engine);
  const write = (summary: string, after?: unknown) =>
    t.db.transaction((tx) =>
      recordAudit(tx, systemActor('tests'), {
        action: 'source.save',
        targetType: 'source',
        targetId: 'one',
        summary,
        after,
      }),
    );
  const writeMany = async (count: number) => {
    await t.db.transaction(async (tx) => {
      for (let n = 1; n <= count; n += 1) {
        await recordAudit(tx, systemActor('tests'), {
          action: 'source.save',
          targetType: 'source',
          targetId: 'one',
          summary: `Change ${n}`,
        });
      }
    });
  };
  const links = async () =>
    (
      await t.db.q
        .selectFrom('audit_chain')
        .select(['position', 'audit_id'])
        .orderBy('position')
        .execute()
    ).map((row) => ({ position: Number(row.position), auditId: row.audit_id }));
  const entryAt = async (position: number) => {
    const found = (await links()).find((link) => link.position === position);
    if (!found) throw new Error(`no link ${position}`);
    return found.auditId;
  };
  const faults = async () =>
    (await verifyAudit(t.db)).faults.map(({ kind, position }) => [kind, position]);

  describe('with six entries', () => {
    beforeEach(async () => {
      await writeMany(5);
      await write('Ünïcode  \u{1f600} and a half of one \ud83d', {
        deep: { list: [1, 2.5, null] },
      });
      expect(await sealAudit(t.db)).toBe(6);
    });

    test('everything is as it was written, and sealing again adds nothing', async () => {
      expect(await sealAudit(t.db)).toBe(0);
      expect(await verifyAudit(t.db)).toMatchObject({
        first: 1,
        last: 6,
        checked: 6,
        unsealed: 0,
        faultCount: 0,
      });
      const page = await listAudit(t.db, {});
      expect(page.rows.map(({ link, isWhole }) => [link?.position, isWhole])).toEqual(
        [6, 5, 4, 3, 2, 1].map((position) => [position, true]),
      );
    });

    test.each([
      ['summary', { summary: 'nothing happened' }],
      ['actor', { actor_email: 'somebody.else@example.org' }],
      ['time', { at: 'moved' }],
      ['state', { after_state: '{"deep":{}}' }],
      ['hash', { content_hash: 'f'.repeat(64) }],
    ] as const)('a changed %s is found, on its page as well', async (_what, change) => {
      const id = await entryAt(3);
      await changeAudit(t.db, ({ q }) =>
        q
          .updateTable('audit_log')
          .set('at' in change ? { at: t.db.engine.nowPlus(-dayMs) } : change)
          .where('audit_id', '=', id)
          .execute(),
      );
      expect(await faults()).toEqual([['entry_changed', 3]]);
      const { rows } = await listAudit(t.db, {});
      expect(rows.filter((row) => !row.isWhole).map((row) => row.auditId)).toEqual([id]);
    });

    test('a deleted entry is found', async () => {
      const id = await entryAt(2);
      await changeAudit(t.db, ({ q }) =>
        q.deleteFrom('audit_log').where('audit_id', '=', id).execute(),
      );
      expect(await faults()).toEqual([['entry_missing', 2]]);
    });

    test('links that were deleted with their entries are found', async () => {
      const gone = [await entryAt(3), await entryAt(4)];
      await changeAudit(t.db, async ({ q }) => {
        await q.deleteFrom('audit_log').where('audit_id', 'in', gone).execute();
        await q.deleteFrom('audit_chain').where('audit_id', 'in', gone).execute();
      });
      const { faults: found } = await verifyAudit(t.db);
      expect(found).toEqual([
        {
          kind: 'links_missing',
          position: 3,
          auditId: null,
          message: 'Links 3 to 4 are missing.',
        },
      ]);
    });

    test('an end that was cut off is found by whoever noted a hash of it', async () => {
      const { head } = await verifyAudit(t.db);
      const gone = [await entryAt(5), await entryAt(6)];
      await changeAudit(t.db, async ({ q }) => {
        await q.deleteFrom('audit_log').where('audit_id', 'in', gone).execute();
        await q.deleteFrom('audit_chain').where('audit_id', 'in', gone).execute();
      });
      expect(await faults()).toEqual([]);
      await writeMany(3);
      await sealAudit(t.db);
      const { faults: found } = await verifyAudit(t.db, { known: head });
      expect(found).toMatchObject([{ kind: 'known_differs', position: 6 }]);
    });

    test('a link that was made to fit its changed entry does not fit the next one', async () => {
      await changeAudit(t.db, ({ q }) =>
        q
          .updateTable('audit_chain')
          .set({ hash: 'e'.repeat(64) })
          .where('position', '=', 4)
          .execute(),
      );
      expect(await faults()).toEqual([
        ['link_changed', 4],
        ['link_changed', 5],
      ]);
    });

    test('an entry that came by another way has no link', async () => {
      await t.db.q
        .insertInto('audit_log')
        .values({
          audit_id: 'by-hand',
          at: t.db.engine.now(),
          actor_id: null,
          actor_email: 'a@example.org',
          address: null,
          action: 'x.y',
          target_type: 'x',
          target_id: null,
          summary: 'never happened',
          before_state: null,
          after_state: null,
        })
        .execute();
      expect(await faults()).toEqual([['entry_unlinked', null]]);
      expect((await verifyAudit(t.db, { newest: 2 })).faults).toMatchObject([
        { auditId: 'by-hand' },
      ]);
    });
  });

  test('two that seal at the same time make one chain', async () => {
    await writeMany(300);
    const other = await t.another();
    const [one, two] = await Promise.all([sealAudit(t.db), sealAudit(other.db)]);
    expect(one + two).toBeGreaterThanOrEqual(300);
    expect(await verifyAudit(t.db)).toMatchObject({ first: 1, last: 300, faultCount: 0 });
  });

  test('what is not sealed yet is said, and since when', async () => {
    await write('first');
    const state = await readChainState(t.db);
    expect(state).toMatchObject({ head: { position: 0 }, unsealed: 1, verified: null });
    expect(state.unsealedSince).toMatch(/^\d{4}-/);
    expect(await verifyAudit(t.db)).toMatchObject({ first: null, checked: 0, unsealed: 1 });
  });

  test('the outcome of a verification is an entry, and the state of the page', async () => {
    await writeMany(3);
    await sealAudit(t.db);
    await expect(verifyNewest(t.db, viewer)).rejects.toMatchObject({ code: 'forbidden' });
    await verifyNewest(t.db, systemActor('one'));
    expect(await readChainState(t.db)).toMatchObject({
      head: { position: 3 },
      verified: {
        by: 'system:one',
        isWhole: true,
        summary: 'Verified the audit log: links 1 to 3, all as they were written',
      },
    });
    const id = await entryAt(2);
    await changeAudit(t.db, ({ q }) =>
      q.updateTable('audit_log').set({ summary: 'x' }).where('audit_id', '=', id).execute(),
    );
    await verifyAndRecord(t.db, systemActor('two'), {});
    expect((await readChainState(t.db)).verified).toMatchObject({
      isWhole: false,
      summary: expect.stringContaining('1 fault. Entry 2'),
    });
  });

  describe('and retention', () => {
    /** Entries of these ages, as they would have been written then. */
    async function aged(...days: number[]): Promise<void> {
      for (const age of days) {
        await write(`${age} days old`);
        const [newest] = (await listAudit(t.db, {}, { limit: 1 })).rows;
        await changeAudit(t.db, ({ q }) =>
          q
            .updateTable('audit_log')
            .set({ at: t.db.engine.nowPlus(-age * dayMs) })
            .where('audit_id', '=', newest?.auditId ?? '')
            .execute(),
        );
      }
    }
    const purgeAudit = () =>
      purgeOld(t.db, undefined, [{ kind: 'audit', olderThanMs: 40 * dayMs }]);

    test('an anchor stands for what was taken, and the rest is whole', async () => {
      await aged(90, 60, 50, 20, 60, 10);
      expect((await purgeAudit()).purged).toMatchObject([{ gone: 3 }]);
      // The second of 60 days came behind one that is younger: it goes with it.
      expect((await links()).map(({ position }) => position)).toEqual([4, 5, 6]);
      await write('and on');
      await sealAudit(t.db);
      expect(await verifyAudit(t.db)).toMatchObject({
        first: 4,
        last: 7,
        purgedTo: 3,
        faultCount: 0,
      });
      expect((await purgeAudit()).purged).toMatchObject([{ gone: 0 }]);
    });

    test('a chain of which all was taken goes on behind its anchor', async () => {
      await aged(90, 60);
      await purgeAudit();
      expect(await t.count('audit_log')).toBe(0);
      await write('and on');
      await sealAudit(t.db);
      expect(await verifyAudit(t.db)).toMatchObject({ first: 3, last: 3, faultCount: 0 });
    });

    test('portions follow one another', async () => {
      await writeMany(620);
      await changeAudit(t.db, ({ q }) =>
        q
          .updateTable('audit_log')
          .set({ at: t.db.engine.nowPlus(-50 * dayMs) })
          .execute(),
      );
      await write('young');
      expect((await purgeAudit()).purged).toMatchObject([{ gone: 620 }]);
      expect(await verifyAudit(t.db)).toMatchObject({ first: 621, purgedTo: 620, faultCount: 0 });
    });
  });

  describe('exported', () => {
    const exported = async (parameters: Record<string, string> = {}) => {
      const parts: string[] = [];
      const request = { format: 'ndjson', parameters } as const;
      for await (const part of await exportAudit(t.db, viewer, request)) parts.push(part);
      return parts.join('').trimEnd().split('\n');
    };
    async function* given(lines: readonly string[]) {
      yield* lines;
    }
    beforeEach(async () => {
      await writeMany(4);
      await write('with a state', { text: 'a "quoted" = one', n: 1e21 });
      await sealAudit(t.db);
    });

    test('it is verified without its database', async () => {
      const lines = await exported();
      expect(await verifyExport(given(lines))).toMatchObject({
        entries: 6,
        unsealed: 1,
        first: 1,
        last: 5,
        absent: 0,
        faultCount: 0,
      });
    });

    test('a part of it as well, and what is not in it is counted', async () => {
      await t.db.transaction((tx) =>
        recordAudit(tx, systemActor('tests'), {
          action: 'run.launch',
          targetType: 'run',
          targetId: '1',
          summary: 'between',
        }),
      );
      await write('last');
      await sealAudit(t.db);
      const lines = await exported({ action: 'source.save' });
      expect(await verifyExport(given(lines))).toMatchObject({
        first: 1,
        last: 7,
        absent: 1,
        faultCount: 0,
      });
    });

    test('what was changed in the file is found, also with hashes made anew', async () => {
      const lines = await exported();
      const changed = lines.map((line) => line.replace('Change 2', 'Change 9'));
      const { faults: found } = await verifyExport(given(changed));
      expect(found).toEqual([
        expect.stringContaining('(entry 2) says something else than when the entry was written'),
      ]);
      const rewritten = lines.map((line) => {
        const entry = JSON.parse(line);
        return entry.position === 2
          ? JSON.stringify({ ...entry, previousHash: 'a'.repeat(64) })
          : line;
      });
      expect((await verifyExport(given(rewritten))).faultCount).toBe(2);
    });

    test('a line that is no entry is named', async () => {
      await expect(verifyExport(given(['', '{"x":1}']))).rejects.toMatchObject({
        code: 'input_invalid',
        message: expect.stringContaining('Line 2'),
      });
    });
  });
});
