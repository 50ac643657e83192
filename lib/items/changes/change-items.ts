/** What a person does to items picked in the console. */
import { z } from 'zod';
import { chunksOf } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission, requireSources } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { onceIn } from '#lib/idempotency/once.ts';
import { ofChangedItems } from '../touched.ts';
import { applyChange } from './apply.ts';
import { definitionOf, type ItemChange } from './registry.ts';

export interface ChangedItems {
  readonly changed: number;
  /** Not in a status that allows it, moved meanwhile, or no longer there. */
  readonly refused: number;
}

const mostItems = 1000;
/** An item that moves between being read and being changed is read again so often. */
const mostTries = 5;
const resultSchema = z.object({ changed: z.number(), refused: z.number() });

/** As in the audit log: `work-items.recrawl`, `work-items.set-priority`. */
const auditActionOf = ({ action }: ItemChange) => `work-items.${action.replaceAll('_', '-')}`;

/**
 * Carries the change out on at most 1,000 items, 500 in a transaction; items that it does not take are
 * left and counted. The same request key changes nothing more.
 * @throws AppError `forbidden`, `input_invalid`, `run_ended`, `not_found` (a run), `conflict`
 */
export async function changeItems(
  db: Db,
  actor: Actor,
  change: ItemChange,
  ids: readonly string[],
  options: { readonly requestKey?: string } = {},
): Promise<ChangedItems> {
  requirePermission(actor, definitionOf(change).permission);
  const distinct = [...new Set(ids)];
  if (distinct.length > mostItems) {
    throw new AppError('input_invalid', `At most ${mostItems} items can be changed at once.`);
  }
  let changed = 0;
  let refused = 0;
  let part = 0;
  for (const chunk of chunksOf(distinct)) {
    part += 1;
    const key = options.requestKey === undefined ? undefined : `${options.requestKey}:${part}`;
    const result = await withTries(() =>
      onceIn(db, { key, action: auditActionOf(change) }, resultSchema, (tx) =>
        changeAndRecord(tx, actor, change, chunk),
      ),
    );
    changed += result.changed;
    refused += result.refused;
  }
  return { changed, refused };
}

async function changeAndRecord(
  tx: Session,
  actor: Actor,
  change: ItemChange,
  ids: readonly string[],
): Promise<ChangedItems> {
  if (actor.limits?.sources) requireSources(actor, await ofChangedItems(tx, change, ids));
  const definition = definitionOf(change);
  const { changed, refused } = await applyChange(tx, definition, change, ids);
  const [first] = changed;
  if (first) {
    const { action: _action, ...input } = change;
    await recordAudit(tx, actor, {
      action: auditActionOf(change),
      targetType: 'work-item',
      targetId: changed.length === 1 ? first.work_item_id : null,
      summary: definition.words.record(changed.length, change),
      before: changed.map((item) => ({
        id: item.work_item_id,
        ...(definition.before?.(item) ?? { status: item.status }),
      })),
      ...(Object.keys(input).length > 0 ? { after: change } : {}),
    });
  }
  return { changed: changed.length, refused: refused.length };
}

async function withTries<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const isRace = error instanceof AppError && error.code === 'conflict';
      if (!isRace || tries === mostTries) throw error;
    }
  }
}
