import { beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '#db/engine.ts';
import { type Actor, systemActor } from '#lib/actor/model.ts';
import { givenAccount } from '#test/access/account.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { withDatabase } from '#test/db/with-database.ts';
import type { NewView } from './model.ts';
import { changeView, createView, deleteView, listViews } from './views.ts';

const page = 'work-items';

describe.each(contractEngines())('saved views on $name', (engine) => {
  let db: Db;
  let ann: Actor;
  let bob: Actor;
  let admin: Actor;
  let viewer: Actor;

  withDatabase(engine, ['saved_views', 'audit_log'], (opened) => {
    db = opened.db;
  });
  beforeAll(async () => {
    ann = await givenAccount(db, 'ann', 'operator');
    bob = await givenAccount(db, 'bob', 'operator');
    admin = await givenAccount(db, 'root', 'admin');
    viewer = await givenAccount(db, 'eve', 'viewer');
  });

  const view = (over: Partial<NewView> = {}): NewView => ({
    page,
    name: 'Failed since yesterday',
    query: 'status=failed&sort=updated_at',
    isShared: false,
    ...over,
  });
  const namesOf = async (actor: Actor) => (await listViews(db, actor, page)).map((one) => one.name);
  const actions = async () =>
    (await db.q.selectFrom('audit_log').select('action').orderBy('audit_id').execute()).map(
      ({ action }) => action,
    );

  it('are seen by their owner alone until they are shared', async () => {
    const viewId = await createView(db, ann, view());
    expect(await listViews(db, ann, page)).toEqual([
      {
        viewId,
        name: 'Failed since yesterday',
        query: 'status=failed&sort=updated_at',
        isShared: false,
        isOwn: true,
        owner: 'ann@example.org',
        mayChange: true,
      },
    ]);
    expect(await namesOf(admin)).toEqual([]);
    await changeView(db, ann, viewId, { isShared: true });
    expect(await listViews(db, viewer, page)).toMatchObject([
      { viewId, isShared: true, isOwn: false, owner: 'ann@example.org', mayChange: false },
    ]);
    await changeView(db, ann, viewId, { isShared: false });
    expect(await namesOf(viewer)).toEqual([]);
  });

  it('are listed by name', async () => {
    for (const name of ['stale', 'Failed', 'due']) await createView(db, ann, view({ name }));
    expect(await namesOf(ann)).toEqual(['due', 'Failed', 'stale']);
  });

  it('keep a filter in one canonical form, and no position', async () => {
    const query = 'sort=priority&nonsense=1&stale=30&cursor=abc&status=failed,pending&q=';
    await createView(db, ann, view({ query }));
    const [saved] = await listViews(db, ann, page);
    expect(saved?.query).toBe('status=failed%2Cpending&stale=30&sort=priority');
  });

  it('refuse a filter that could not be shown', async () => {
    await expect(createView(db, ann, view({ query: 'stale=long' }))).rejects.toMatchObject({
      code: 'input_invalid',
      fields: { query: expect.stringContaining('stale') },
    });
  });

  it('have a name of their own among what a person sees as theirs', async () => {
    const first = await createView(db, ann, view());
    await expect(
      createView(db, ann, view({ name: 'failed SINCE yesterday' })),
    ).rejects.toMatchObject({ code: 'conflict', fields: { name: expect.any(String) } });
    // Somebody else's private view of the same name is in nobody's way.
    const second = await createView(db, bob, view());
    await changeView(db, ann, first, { isShared: true });
    await expect(changeView(db, bob, second, { isShared: true })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('are changed by their owner; shared ones by an administrator too, and by no other', async () => {
    const viewId = await createView(db, ann, view({ isShared: true }));
    await expect(changeView(db, bob, viewId, { name: 'Mine' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(deleteView(db, bob, viewId)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(deleteView(db, viewer, viewId)).rejects.toMatchObject({ code: 'forbidden' });
    await changeView(db, admin, viewId, { name: 'Failures', query: 'status=failed' });
    await expect(changeView(db, admin, viewId, { isShared: false })).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(await listViews(db, ann, page)).toMatchObject([
      { name: 'Failures', query: 'status=failed', isOwn: true },
    ]);
    await deleteView(db, admin, viewId);
    expect(await namesOf(ann)).toEqual([]);
  });

  it('keep a private one from everybody else, as if it were not there', async () => {
    const viewId = await createView(db, ann, view());
    for (const other of [bob, admin]) {
      await expect(changeView(db, other, viewId, { name: 'X' })).rejects.toMatchObject({
        code: 'not_found',
      });
      await expect(deleteView(db, other, viewId)).rejects.toMatchObject({ code: 'not_found' });
    }
  });

  it('let a viewer save, and share nothing', async () => {
    const viewId = await createView(db, viewer, view());
    await expect(changeView(db, viewer, viewId, { isShared: true })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(
      createView(db, viewer, view({ name: 'Other', isShared: true })),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await expect(createView(db, systemActor('test'), view())).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('leave a trace in the audit log where they concern everybody', async () => {
    const viewId = await createView(db, ann, view());
    await changeView(db, ann, viewId, { name: 'Renamed' });
    expect(await actions()).toEqual([]);
    await changeView(db, ann, viewId, { isShared: true });
    await changeView(db, ann, viewId, { query: 'status=skipped' });
    await changeView(db, ann, viewId, { isShared: false });
    await changeView(db, ann, viewId, { isShared: true });
    await deleteView(db, ann, viewId);
    expect(await actions()).toEqual([
      'view.share',
      'view.change',
      'view.unshare',
      'view.share',
      'view.delete',
    ]);
  });
});
