/** Reading and keeping a person's preferences: one JSON object per account, a part per page. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { AppError } from '#lib/errors/app-error.ts';
import {
  type ArrangedPage,
  type GridArrangement,
  type PagePreferences,
  pagePreferencesSchema,
} from './model.ts';

const storedSchema = z.record(z.string(), z.unknown()).catch({});

/** The defaults for the system and for whoever never changed anything; what cannot be read counts as that. */
export async function readPreferences(
  session: Session,
  actor: Actor,
  page: ArrangedPage,
): Promise<PagePreferences> {
  if (actor.userId === null) return partOf({}, page);
  const row = await session.q
    .selectFrom('users')
    .select('preferences')
    .where('user_id', '=', actor.userId)
    .executeTakeFirst();
  return partOf(parse(row?.preferences ?? null), page);
}

/** Keeps how the person arranged the grid; null = back to the console's own. Needs an account. */
export function keepGrid(
  db: Db,
  actor: Actor,
  input: { readonly page: ArrangedPage; readonly grid: GridArrangement | null },
): Promise<void> {
  return change(db, actor, input.page, { grid: input.grid });
}

/** Keeps the view that the page opens with; null = everything. Needs an account. */
export function keepDefaultView(
  db: Db,
  actor: Actor,
  input: { readonly page: ArrangedPage; readonly viewId: string | null },
): Promise<void> {
  return change(db, actor, input.page, { defaultView: input.viewId });
}

async function change(
  db: Db,
  actor: Actor,
  page: ArrangedPage,
  part: Partial<PagePreferences>,
): Promise<void> {
  requirePermission(actor, 'console:view');
  const userId = requireAccount(actor);
  await db.transaction(async ({ q }) => {
    const own = q.updateTable('users').where('user_id', '=', userId);
    // Locks the row before it is read: two windows that keep something else each must not undo each other.
    await own.set({ preferences: sql<string | null>`preferences` }).execute();
    const row = await q
      .selectFrom('users')
      .select('preferences')
      .where('user_id', '=', userId)
      .executeTakeFirst();
    if (!row) throw new AppError('not_found', 'There is no such account.');
    const stored = parse(row.preferences);
    const preferences = { ...stored, [page]: { ...partOf(stored, page), ...part } };
    await own.set({ preferences: JSON.stringify(preferences) }).execute();
  });
}

/** Workers and commands have no account to keep anything with. */
export function requireAccount(actor: Actor): string {
  if (actor.userId === null) {
    throw new AppError('forbidden', 'Only a person with an account can keep this.', {
      remedy: 'Sign in to the console and do it there.',
    });
  }
  return actor.userId;
}

const partOf = (stored: Readonly<Record<string, unknown>>, page: ArrangedPage): PagePreferences => {
  const part = pagePreferencesSchema.safeParse({
    grid: null,
    defaultView: null,
    ...Object(stored[page]),
  });
  return part.success ? part.data : { grid: null, defaultView: null };
};

function parse(text: string | null): Record<string, unknown> {
  if (text === null) return {};
  try {
    return storedSchema.parse(JSON.parse(text));
  } catch {
    return {};
  }
}
