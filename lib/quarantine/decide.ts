/** What a person decides of a quarantine. The first decision stands; whoever comes second is told what it was. */
import { z } from 'zod';
import { rowsAtOnce } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission, requireSources } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import { noteText } from '#lib/people-text.ts';
import { type Quarantine, quarantineDecisions, quarantineOf, readQuarantines } from './read.ts';

/** More at a time are decided in several calls. */
const mostAtOnce = 200;

export const decisionSchema = z.strictObject({
  quarantineIds: z.array(z.string().max(36)).min(1).max(mostAtOnce),
  decision: z.enum(quarantineDecisions),
  note: noteText({ most: 400, missing: null }).default(''),
});

export const itemDecisionSchema = z.strictObject({
  quarantineId: z.string().max(36),
  workItemIds: z.array(z.uuid()).min(1).max(mostAtOnce),
  decision: z.enum(quarantineDecisions),
});

export interface DecisionOutcome {
  readonly quarantine: Quarantine;
  /** False = somebody else had decided it before: `quarantine` says who and what. */
  readonly isOurs: boolean;
}

/**
 * Accepts or discards what quarantines hold. Accepted versions are believed from then on; discarded ones are kept, and
 * never are. Each is decided once: others that were decided meanwhile stay as they are, and are told.
 * @throws AppError `forbidden`; `not_found` when one of them is not there, and then nothing is decided
 */
export async function decideQuarantines(
  db: Db,
  actor: Actor,
  { quarantineIds, decision, note }: z.output<typeof decisionSchema>,
): Promise<DecisionOutcome[]> {
  requirePermission(actor, 'alerts:change');
  return db.transaction(async (tx) => {
    const sources = (await readQuarantines(tx, quarantineIds)).map((one) => one.sourceName);
    requireSources(actor, sources);
    const outcomes: DecisionOutcome[] = [];
    for (const quarantineId of [...new Set(quarantineIds)].toSorted()) {
      const { numUpdatedRows } = await tx.q
        .updateTable('quarantines')
        .set({
          decision,
          until_at: tx.engine.now(),
          decided_by: actor.email,
          note: note === '' ? null : note,
        })
        .where('quarantine_id', '=', quarantineId)
        .where('until_at', 'is', null)
        .executeTakeFirst();
      const isOurs = numUpdatedRows === 1n;
      outcomes.push({ quarantine: await requireQuarantine(tx, quarantineId), isOurs });
    }
    const ours = outcomes.filter(({ isOurs }) => isOurs);
    for (const { quarantine } of ours) {
      const { quarantineId, sourceName, title, from } = quarantine;
      await recordAudit(tx, actor, {
        action: 'quarantine.decide',
        targetType: 'quarantine',
        targetId: quarantineId,
        summary: `${decided[decision]} what was held of ${sourceName}: ${title}`,
        after: { decision, from, note },
      });
    }
    await recordEvents(
      tx,
      ours.map(({ quarantine: { quarantineId, sourceName } }) => ({
        kind: 'quarantine.decided',
        message: `${actor.email} ${decision} what was held of ${sourceName}.`,
        sourceName,
        data: { quarantineId, decision },
      })),
    );
    return outcomes;
  });
}

const decided = { accepted: 'Accepted', discarded: 'Discarded' } as const;

async function requireQuarantine(tx: Session, quarantineId: string): Promise<Quarantine> {
  const row = await tx.q
    .selectFrom('quarantines')
    .selectAll()
    .where('quarantine_id', '=', quarantineId)
    .executeTakeFirst();
  if (!row) throw new AppError('not_found', 'There is no such quarantine.');
  return quarantineOf(row);
}

/**
 * Decides of single items while their quarantine is open: whatever is decided of it later, their versions in it are
 * accepted or discarded. The first decision of an item stands.
 * @returns how many were decided by this call; the others had been before
 * @throws AppError `forbidden`, `not_found` (also when one of the items is not of its source, and then nothing is decided),
 *   or `conflict` when the whole quarantine has been decided
 */
export async function decideQuarantineItems(
  db: Db,
  actor: Actor,
  { quarantineId, workItemIds, decision }: z.output<typeof itemDecisionSchema>,
): Promise<number> {
  requirePermission(actor, 'alerts:change');
  return db.transaction(async (tx) => {
    const quarantine = await requireQuarantine(tx, quarantineId);
    requireSources(actor, [quarantine.sourceName]);
    if (quarantine.decision !== null) throw alreadyDecided(quarantine);
    const ids = [...new Set(workItemIds)];
    await requireItemsOf(tx, quarantine.sourceName, ids);
    const known = await tx.q
      .selectFrom('quarantine_items')
      .select('work_item_id')
      .where('quarantine_id', '=', quarantineId)
      .where('work_item_id', 'in', tx.engine.listed(ids))
      .execute();
    const before = new Set(known.map((row) => row.work_item_id));
    const fresh = ids.filter((id) => !before.has(id));
    const rows = fresh.map((workItemId) => ({
      quarantine_id: quarantineId,
      work_item_id: workItemId,
      decision,
      decided_by: actor.email,
      decided_at: tx.engine.now(),
    }));
    for (const some of rowsAtOnce(rows)) {
      await tx.q.insertInto('quarantine_items').values(some).execute();
    }
    if (fresh.length > 0) {
      await recordAudit(tx, actor, {
        action: 'quarantine.decide-items',
        targetType: 'quarantine',
        targetId: quarantineId,
        summary: `${decided[decision]} what was held of ${fresh.length === 1 ? '1 item' : `${fresh.length} items`} of ${quarantine.sourceName}`,
        after: { decision, workItemIds: fresh },
      });
    }
    return fresh.length;
  });
}

/** An item of another source is none that this quarantine could hold: it is as one that is not there. */
async function requireItemsOf(
  { q, engine }: Session,
  sourceName: string,
  ids: readonly string[],
): Promise<void> {
  const rows = await q
    .selectFrom('work_items')
    .select('work_item_id')
    .where('work_item_id', 'in', engine.listed(ids))
    .where('source_name', '=', sourceName)
    .execute();
  if (rows.length < ids.length) throw new AppError('not_found', 'There is no such work item.');
}

/** What the second of two people is told. */
const alreadyDecided = ({ decision, decidedBy, until }: Quarantine): AppError =>
  new AppError(
    'conflict',
    `${decidedBy ?? 'Somebody'} ${decision} it already, at ${until?.slice(0, 16).replace('T', ' ')} UTC. Nothing was changed.`,
    { remedy: 'The first decision stands. Recrawl the items to fetch them anew.' },
  );
