/** Listing, saving, changing and removing saved views. */
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import { lockRow } from '#db/lock-row.ts';
import { type Actor, isSeen, may, sightOf } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { refuseChangedMeanwhile } from '#lib/audit/changed-meanwhile.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { onceIn } from '#lib/idempotency/once.ts';
import { newId } from '#lib/ids.ts';
import {
  parseWorkItemQuery,
  withCurrentNames,
  workItemParameterNames,
} from '#lib/items/list/query.ts';
import { requireAccount } from '#lib/preferences/preferences.ts';
import type { NewView, SavedView, ViewChange, ViewPage } from './model.ts';

/** Of one person, and of all that are shared: a menu stays a menu. */
const mostViews = 100;

/** The person's own views and everybody's shared ones, by name; none that asks for a source that is not seen. */
export async function listViews(
  session: Session,
  actor: Actor,
  page: ViewPage,
): Promise<SavedView[]> {
  const rows = await visible(session, actor, page).execute();
  const sight = sightOf(actor);
  return rows
    .map((row) => toView(row, actor))
    .filter(({ query }) => {
      const source = new URLSearchParams(query).get('source');
      return source === null || isSeen(sight, [source]);
    })
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en') || a.viewId.localeCompare(b.viewId));
}

/**
 * Saves a view and returns its id, for the same request key the same one. Needs an account, and `views:share` for a shared one. Throws
 * `conflict` when the name is taken among the person's own or among the shared ones, and
 * `input_invalid` when the query cannot be read or there are too many.
 */
export async function createView(
  db: Db,
  actor: Actor,
  input: NewView,
  options: { readonly requestKey?: string | undefined } = {},
): Promise<string> {
  requirePermission(actor, input.isShared ? 'views:share' : 'console:view');
  const ownerId = requireAccount(actor);
  const query = canonicalQuery(input.query);
  const request = { key: options.requestKey, action: 'view.create' };
  return onceIn(db, request, z.string(), async (tx) => {
    const others = await listViews(tx, actor, input.page);
    requireRoom(others, input.isShared);
    requireFreeName(others, input);
    const viewId = newId();
    await tx.q
      .insertInto('saved_views')
      .values({
        view_id: viewId,
        owner_id: ownerId,
        page: input.page,
        name: input.name,
        shared: input.isShared ? 1 : 0,
        query,
        created_at: tx.engine.now(),
        updated_at: tx.engine.now(),
      })
      .execute();
    if (input.isShared) {
      await recordAudit(tx, actor, {
        action: 'view.create',
        targetType: 'view',
        targetId: viewId,
        summary: `Shared the new view ${input.name}`,
        after: { name: input.name, query, isShared: true },
      });
    }
    return viewId;
  });
}

/**
 * Renames a view, gives it another filter, shares it or takes it back. A private view is its owner's; a
 * shared one is changed by its owner (`views:share`) or an administrator, who cannot take it for
 * themselves. Throws `not_found`, `forbidden`, `conflict`, `input_invalid`.
 */
export async function changeView(
  db: Db,
  actor: Actor,
  viewId: string,
  change: ViewChange,
): Promise<void> {
  requirePermission(actor, change.isShared === true ? 'views:share' : 'console:view');
  await db.transaction(async (tx) => {
    await lockRow(tx, 'saved_views', 'view_id', viewId);
    const { view: before, page } = await changeable(tx, actor, viewId);
    await refuseChangedMeanwhile(tx, {
      what: `the view ${before.name}`,
      targetType: 'view',
      targetId: viewId,
      actions: ['view.change', 'view.share', 'view.unshare'],
      seen: change.seen,
      stored: { ...before },
    });
    if (change.isShared === false && before.isShared && !before.isOwn) {
      throw new AppError('forbidden', 'Only its owner can make this view private.', {
        remedy: 'Delete it if nobody should use it any more.',
      });
    }
    const after = {
      name: change.name ?? before.name,
      query: change.query === undefined ? before.query : canonicalQuery(change.query),
      isShared: change.isShared ?? before.isShared,
    };
    const others = (await listViews(tx, actor, page)).filter((view) => view.viewId !== viewId);
    if (after.isShared && !before.isShared) requireRoom(others, true);
    requireFreeName(others, after);
    await tx.q
      .updateTable('saved_views')
      .set({
        name: after.name,
        query: after.query,
        shared: after.isShared ? 1 : 0,
        updated_at: tx.engine.now(),
      })
      .where('view_id', '=', viewId)
      .execute();
    if (before.isShared || after.isShared) {
      const { name, query, isShared } = before;
      await recordAudit(tx, actor, {
        action:
          isShared === after.isShared ? 'view.change' : isShared ? 'view.unshare' : 'view.share',
        targetType: 'view',
        targetId: viewId,
        summary: `${isShared === after.isShared ? 'Changed' : isShared ? 'Unshared' : 'Shared'} the view ${after.name}`,
        before: { name, query, isShared },
        after,
      });
    }
  });
}

/** Removes a view; who may is as in `changeView`. Whoever opened the page with it sees everything again. */
export async function deleteView(db: Db, actor: Actor, viewId: string): Promise<void> {
  requirePermission(actor, 'console:view');
  await db.transaction(async (tx) => {
    const { view } = await changeable(tx, actor, viewId);
    await tx.q.deleteFrom('saved_views').where('view_id', '=', viewId).execute();
    if (!view.isShared) return;
    await recordAudit(tx, actor, {
      action: 'view.delete',
      targetType: 'view',
      targetId: viewId,
      summary: `Deleted the shared view ${view.name}`,
      before: { name: view.name, query: view.query },
    });
  });
}

/** Somebody else's private view does not exist for this person. */
async function changeable(session: Session, actor: Actor, viewId: string) {
  const row = await views(session)
    .select('saved_views.page')
    .where('view_id', '=', viewId)
    .executeTakeFirst();
  const view = row ? toView(row, actor) : null;
  if (!row || !view || !(view.isOwn || view.isShared)) {
    throw new AppError('not_found', 'There is no such view.');
  }
  if (view.isShared) requirePermission(actor, 'views:share');
  if (!view.mayChange) {
    throw new AppError(
      'forbidden',
      `The view ${view.name} is ${view.owner ?? 'somebody else'}’s.`,
      {
        remedy: 'Save a view of your own, or ask its owner.',
      },
    );
  }
  // Only known pages are ever stored.
  return { view, page: row.page as ViewPage };
}

const views = ({ q }: Session) =>
  q
    .selectFrom('saved_views')
    .leftJoin('users', 'users.user_id', 'saved_views.owner_id')
    .select([
      'saved_views.view_id',
      'saved_views.name',
      'saved_views.query',
      'saved_views.shared',
      'saved_views.owner_id',
      'users.email',
    ]);

const visible = (session: Session, { userId }: Actor, page: ViewPage) =>
  views(session)
    .where('saved_views.page', '=', page)
    .where((eb) =>
      userId === null
        ? eb('saved_views.shared', '=', 1)
        : eb.or([eb('saved_views.shared', '=', 1), eb('saved_views.owner_id', '=', userId)]),
    );

type ViewRow = Awaited<ReturnType<ReturnType<typeof views>['executeTakeFirstOrThrow']>>;

function toView(row: ViewRow, actor: Actor): SavedView {
  const isShared = row.shared === 1;
  const isOwn = actor.userId !== null && row.owner_id === actor.userId;
  return {
    viewId: row.view_id,
    name: row.name,
    query: row.query,
    isShared,
    isOwn,
    owner: row.email,
    mayChange: isShared
      ? may(actor, 'views:share') && (isOwn || may(actor, 'settings:manage'))
      : isOwn,
  };
}

function requireRoom(others: readonly SavedView[], isShared: boolean): void {
  const count = others.filter((view) => (isShared ? view.isShared : view.isOwn)).length;
  if (count < mostViews) return;
  throw new AppError(
    'input_invalid',
    isShared
      ? `There are ${mostViews} shared views already.`
      : `You have ${mostViews} views already.`,
    { remedy: 'Delete one that is no longer used.' },
  );
}

function requireFreeName(
  others: readonly SavedView[],
  wanted: { readonly name: string; readonly isShared: boolean },
): void {
  const taken = others.some(
    (view) =>
      view.name.toLowerCase() === wanted.name.toLowerCase() &&
      (view.isOwn || (wanted.isShared && view.isShared)),
  );
  if (!taken) return;
  const message = `There is a view named ${wanted.name} already.`;
  throw new AppError('conflict', message, {
    remedy: 'Choose another name, or change that view.',
    fields: { name: message },
  });
}

/**
 * The query of a work-item list in canonical form: known parameters only, under their current names and in
 * one order, without a position. Two queries that show the same are the same text.
 * @throws AppError `input_invalid` when a value is out of range
 */
function canonicalQuery(query: string): string {
  const params = new URLSearchParams(query);
  const given = withCurrentNames(
    Object.fromEntries(
      [...params.keys()].map((name) => [name, params.getAll(name).filter(Boolean).join(',')]),
    ),
  );
  const kept = new URLSearchParams();
  for (const name of workItemParameterNames) {
    const value = given[name];
    if (value && name !== 'cursor') kept.set(name, value);
  }
  const [problem] = parseWorkItemQuery(Object.fromEntries(kept)).problems;
  if (problem) {
    throw new AppError('input_invalid', problem.message, { fields: { query: problem.message } });
  }
  return kept.toString();
}
