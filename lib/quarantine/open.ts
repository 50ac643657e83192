/** Opens a quarantine: of each source one at a time, and for each run and rule once, whatever was decided of it. */
import type { Db } from '#db/engine.ts';
import { DatabaseError } from '#db/errors.ts';
import { boundedMessage } from '#lib/errors/bounded-message.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import { newId } from '#lib/ids.ts';
import type { Quarantine } from './read.ts';

export type NewQuarantine = Pick<
  Quarantine,
  'sourceName' | 'rule' | 'title' | 'detail' | 'evidence' | 'runId' | 'from'
>;

/** False where the source has one that is not decided, or this run had one by this rule. */
export async function openQuarantine(db: Db, given: NewQuarantine): Promise<boolean> {
  const { sourceName, rule, title, runId } = given;
  const known = await db.q
    .selectFrom('quarantines')
    .select('quarantine_id')
    .where('source_name', '=', sourceName)
    .where((eb) =>
      eb.or([
        eb('until_at', 'is', null),
        eb.and([eb('rule', '=', rule), eb('run_id', '=', runId)]),
      ]),
    )
    .executeTakeFirst();
  if (known) return false;
  const quarantineId = newId();
  try {
    await db.transaction(async (tx) => {
      await tx.q
        .insertInto('quarantines')
        .values({
          quarantine_id: quarantineId,
          source_name: sourceName,
          rule,
          title: boundedMessage(title, 300),
          detail: boundedMessage(given.detail, 1_000),
          evidence: JSON.stringify(given.evidence),
          run_id: runId,
          from_at: tx.engine.instantParam(given.from),
          opened_at: tx.engine.now(),
        })
        .execute();
      await recordEvents(tx, [
        {
          kind: 'quarantine.opened',
          message: `New versions of ${sourceName} are held: ${title}`,
          sourceName,
          runId,
          data: { quarantineId, rule },
        },
      ]);
    });
    return true;
  } catch (error) {
    // Another process opened it first.
    if (error instanceof DatabaseError && error.code === 'db_unique_violation') return false;
    throw error;
  }
}
