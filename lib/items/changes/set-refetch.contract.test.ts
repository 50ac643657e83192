import { describe, expect, test } from 'vitest';
import type { Actor } from '#lib/actor/model.ts';
import { newId } from '#lib/ids.ts';
import { recordAnnouncedChanges } from '#lib/queue/enqueue/announced-changes.ts';
import { recrawlCandidates, resetForRecrawl } from '#lib/queue/recrawl.ts';
import { reopenItems } from '#lib/queue/reopen.ts';
import type { RefetchPlan } from '#lib/revisit/refetch-plan.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aRecord, aWorkItem, noValidators } from '#test/factories.ts';
import { passTime, useStore } from '#test/queue-database.ts';
import { changeItems } from './change-items.ts';
import { setRefetch } from './set-refetch.ts';

const operator: Actor = { userId: newId(), email: 'op@example.org', role: 'operator' };
const viewer: Actor = { userId: newId(), email: 'view@example.org', role: 'viewer' };
const minute = 60_000;
const day = 86_400_000;

describe.each(contractEngines())('pinned and retired items on $name', (engine) => {
  const given = useStore(engine);

  const fetchNext = async (contentHash = 'b'.repeat(64)) => {
    const [item] = await given.store.dequeue(1);
    if (!item) throw new Error('nothing was claimed');
    await given.store.complete({
      fence: { workItemId: item.workItemId, leaseId: item.leaseId },
      attempt: anAttempt(),
      record: aRecord({ contentHash }),
      validators: noValidators,
      discovered: [],
    });
    return item.workItemId;
  };
  const aFetchedItem = async () => {
    await given.store.enqueueMany([aWorkItem()]);
    return fetchNext();
  };
  /** From its last fetch to the moment it is due, ms; null = never. */
  const interval = async (id: string) => {
    const { last_fetched_at: fetchedAt, next_fetch_at: dueAt } = await given.row(id);
    return dueAt === null ? null : Date.parse(dueAt) - Date.parse(fetchedAt ?? '');
  };
  const candidates = async (over: object = {}) =>
    (await recrawlCandidates(given.db, over, '')).rows.map((item) => item.work_item_id);
  const pin = (id: string, plan: Exclude<RefetchPlan, { kind: 'retired' }>) =>
    changeItems(given.db, operator, { action: 'set_refetch', plan }, [id]);
  const retire = (id: string, actor = operator) =>
    changeItems(given.db, actor, { action: 'set_refetch', plan: { kind: 'retired' } }, [id]);
  const recrawl = (id: string) => changeItems(given.db, operator, { action: 'recrawl' }, [id]);

  test.each([
    { plan: { kind: 'every', everyS: 3600 }, due: 60 * minute },
    { plan: { kind: 'always' }, due: 0 },
    { plan: { kind: 'never' }, due: null },
  ] as const)('$plan holds at once and after each fetch, changed or not', async ({ plan, due }) => {
    const id = await aFetchedItem();
    expect(await pin(id, plan)).toEqual({ changed: 1, refused: 0 });
    expect(await interval(id)).toBe(due);
    for (const hash of ['b', 'c']) {
      await recrawl(id);
      expect(await fetchNext(hash.repeat(64))).toBe(id);
      expect(await interval(id)).toBe(due);
    }
  });

  test('an unpinned item starts again with the first interval', async () => {
    const id = await aFetchedItem();
    await pin(id, { kind: 'never' });
    await pin(id, { kind: 'adaptive' });
    expect(await interval(id)).toBe(day);
    expect(await given.row(id)).toMatchObject({ refetch: null, refetch_every_s: null });
  });

  test('an item pinned to never is passed over by recrawls, but not by who asks for it', async () => {
    const id = await aFetchedItem();
    await pin(id, { kind: 'never' });
    expect(await candidates()).toEqual([]);
    expect(await resetForRecrawl(given.db, { staleDays: 0 })).toBe(0);
    expect(await candidates({ workItemIds: [id] })).toEqual([id]);
    expect(await recrawl(id)).toEqual({ changed: 1, refused: 0 });
  });

  test('a retired item is fetched by nobody, and kept with its record', async () => {
    const id = await aFetchedItem();
    expect(await retire(id)).toEqual({ changed: 1, refused: 0 });
    expect(await interval(id)).toBeNull();
    expect(await candidates({ workItemIds: [id] })).toEqual([]);
    expect(await resetForRecrawl(given.db, {})).toBe(0);
    expect(await recrawl(id)).toEqual({ changed: 0, refused: 1 });
    await expect(given.store.updateStatus(id, 'pending')).rejects.toMatchObject({
      code: 'transition_not_allowed',
    });
    expect(await given.store.enqueueMany([aWorkItem(await sameItem(id))])).toEqual([]);
    expect(await given.row(id)).toMatchObject({ status: 'completed', refetch: 'retired' });
    expect(await given.count('IngestRecords')).toBe(1);
  });

  const sameItem = async (id: string) => {
    const { resource_id: resourceId } = await given.row(id);
    return { resourceId };
  };

  test('a retired item that failed is left out of retries', async () => {
    await given.store.enqueueMany([aWorkItem()]);
    const [item] = await given.store.dequeue(1);
    if (!item) throw new Error('nothing was claimed');
    const id = item.workItemId;
    await given.store.updateStatus(id, 'failed');
    await retire(id);
    expect(await candidates({ statuses: ['failed'] })).toEqual([]);
    expect(await changeItems(given.db, operator, { action: 'retry' }, [id])).toEqual({
      changed: 0,
      refused: 1,
    });
  });

  test('nobody sends round or retires an item that somebody else has just retired or queued', async () => {
    const id = await aFetchedItem();
    const asRead = { work_item_id: id, status: 'completed', run_id: null } as const;
    await retire(id);
    expect(await given.db.transaction((tx) => reopenItems(tx, [asRead], {}))).toBe(0);
    await pin(id, { kind: 'adaptive' });
    expect(await given.db.transaction((tx) => reopenItems(tx, [asRead], {}))).toBe(1);
    const change = { action: 'set_refetch', plan: { kind: 'retired' } } as const;
    const item = await given.row(id);
    expect(await given.db.transaction((tx) => setRefetch.apply(tx, [item], change))).toBe(0);
  });

  test('a retired item can be taken back', async () => {
    const id = await aFetchedItem();
    await retire(id);
    await pin(id, { kind: 'adaptive' });
    expect(await candidates()).toEqual([id]);
    await recrawl(id);
    expect(await fetchNext()).toBe(id);
  });

  test('what is queued or in progress is not retired, and nothing is recorded', async () => {
    const [pending = ''] = await given.store.enqueueMany([aWorkItem()]);
    expect(await retire(pending)).toEqual({ changed: 0, refused: 1 });
    await given.store.dequeue(1);
    expect(await retire(pending)).toEqual({ changed: 0, refused: 1 });
    expect(await given.count('audit_log')).toBe(0);
  });

  test.each([{ kind: 'never' }, { kind: 'every', everyS: 604_800 }] as const)(
    'a change that its site announces does not move an item pinned to $kind',
    async (plan) => {
      const id = await aFetchedItem();
      await pin(id, plan);
      const before = await interval(id);
      const found = aWorkItem({
        ...(await sameItem(id)),
        changedAt: '2999-01-01T00:00:00.000Z',
      });
      expect(await given.db.transaction((tx) => recordAnnouncedChanges(tx, [found]))).toBe(0);
      expect(await interval(id)).toBe(before);
    },
  );

  test('is recorded with how it was, and needs the permission', async () => {
    const id = await aFetchedItem();
    await passTime(given.db, minute);
    const every = { kind: 'every', everyS: 21_600 } as const;
    await pin(id, every);
    expect(await pin(id, every)).toEqual({ changed: 0, refused: 1 });
    await retire(id);
    const entries = await given.db.q
      .selectFrom('audit_log')
      .select(['action', 'target_id', 'summary', 'before_state', 'after_state'])
      .orderBy('audit_id')
      .execute();
    const plansOf = (text: string | null) => JSON.parse(text ?? 'null');
    expect(
      entries.map((entry) => ({
        ...entry,
        before_state: plansOf(entry.before_state),
        after_state: plansOf(entry.after_state),
      })),
    ).toEqual([
      {
        action: 'work-items.set-refetch',
        target_id: id,
        summary: 'Set when 1 item will be fetched again: every 6 hours',
        before_state: [{ id, plan: { kind: 'adaptive' } }],
        after_state: { action: 'set_refetch', plan: every },
      },
      {
        action: 'work-items.set-refetch',
        target_id: id,
        summary: 'Retired 1 item',
        before_state: [{ id, plan: every }],
        after_state: { action: 'set_refetch', plan: { kind: 'retired' } },
      },
    ]);
    await expect(retire(id, viewer)).rejects.toMatchObject({ code: 'forbidden' });
  });
});
