/** Two people, one form: who saves what is no longer as they saw it is refused, and told what the other changed. */
import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { type Conflict, changesBetween } from '#lib/errors/conflict.ts';

/** The fields as a form or program read them, by name; one that is left out is not compared. */
export const seenSchema = z.record(z.string().max(100), z.unknown()).optional();
export type Seen = z.output<typeof seenSchema>;

export interface Contested {
  /** In the sentence: `the schedule Nightly`. */
  readonly what: string;
  readonly targetType: string;
  readonly targetId: string;
  /** Of the audit entries that changed these fields. */
  readonly actions: readonly string[];
  /** Undefined = whoever saves asks for no such check. */
  readonly seen: Seen;
  /** Read in this transaction, after the row was locked. */
  readonly stored: Readonly<Record<string, unknown>>;
}

/**
 * Call it in the transaction that changes it.
 * @throws AppError `conflict` with who changed which fields from what to what
 */
export async function refuseChangedMeanwhile(tx: Session, contested: Contested): Promise<void> {
  const { what, seen, stored } = contested;
  if (seen === undefined) return;
  const changes = changesBetween(seen, stored);
  if (changes.length === 0) return;
  const last = await lastChange(tx, contested);
  throw new AppError('conflict', `${last.by ?? 'Somebody else'} changed ${what} meanwhile.`, {
    remedy: 'Look at what was changed, and save again.',
    conflict: { ...last, changes },
  });
}

/** Who changed it last, as the audit log knows. */
async function lastChange(
  tx: Session,
  { targetType, targetId, actions }: Contested,
): Promise<Pick<Conflict, 'by' | 'at'>> {
  const query = tx.q
    .selectFrom('audit_log')
    .select(['actor_email', 'at'])
    .where('target_type', '=', targetType)
    .where('target_id', '=', targetId)
    .where('action', 'in', tx.engine.listed([...actions], 'exactly'))
    .orderBy('at', 'desc')
    .orderBy('audit_id', 'desc');
  const row = await tx.engine.take(query, 1).executeTakeFirst();
  return { by: row?.actor_email ?? null, at: row?.at ?? null };
}
