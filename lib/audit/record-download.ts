/** What left the house as a file. */
import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { recordAudit } from './record-audit.ts';
import { isNews } from './seldom.ts';

export interface Download {
  readonly targetType: 'record' | 'source';
  readonly targetId: string | null;
  /** Behind “Downloaded”: `the payload of a record`. */
  readonly what: string;
}

/**
 * Each file that a person takes; of what a program reads one after another the first of a minute, which says that it
 * is not the only one.
 */
export async function recordDownload(
  db: Db,
  actor: Actor,
  { targetType, targetId, what }: Download,
): Promise<void> {
  const { token } = actor;
  if (token && !isNews(db, `download\n${token.id}\n${what}`)) return;
  await db.transaction((tx) =>
    recordAudit(tx, actor, {
      action: `${targetType}.download`,
      targetType,
      targetId,
      summary: `Downloaded ${what}${token ? ', and perhaps others within a minute' : ''}`,
    }),
  );
}
