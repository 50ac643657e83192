/** What people tried to do and may not: in the audit log, but no flood of it. */
import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';

/** The same person, refused the same, again within this time, ms, is no news. */
const againMs = 60_000;
/** Bounds the memory. */
const mostKept = 1_000;

const recordedAt = new Map<string, number>();

/** `refused` is the sentence the person got. Nothing when they got it a moment ago. */
export async function recordRefusal(
  db: Db,
  actor: Actor,
  refused: string,
  nowMs = performance.now(),
): Promise<void> {
  const key = `${actor.userId}\n${refused}`;
  const before = recordedAt.get(key);
  if (before !== undefined && nowMs - before < againMs) return;
  recordedAt.delete(key);
  recordedAt.set(key, nowMs);
  const [oldest] = recordedAt.keys();
  if (recordedAt.size > mostKept && oldest !== undefined) recordedAt.delete(oldest);
  await db.transaction((tx) =>
    recordAudit(tx, actor, {
      action: 'access.refused',
      targetType: 'user',
      targetId: actor.userId,
      summary: `${actor.email} was refused: ${refused}`,
    }),
  );
}
