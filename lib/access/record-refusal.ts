/** What people and programs tried to do and may not: in the audit log, but no flood of it. */
import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { isNews } from '#lib/audit/seldom.ts';

/** `refused` is the sentence they got. Nothing when they got it a moment ago. */
export async function recordRefusal(
  db: Db,
  actor: Actor,
  refused: string,
  nowMs = performance.now(),
): Promise<void> {
  if (!isNews(db, `refused\n${actor.userId}\n${actor.token?.id}\n${refused}`, nowMs)) return;
  await db.transaction((tx) =>
    recordAudit(tx, actor, {
      action: 'access.refused',
      targetType: actor.token ? 'api-token' : 'user',
      targetId: actor.token?.id ?? actor.userId,
      summary: `${actor.email} was refused: ${refused}`,
    }),
  );
}

/** That a token was shown which is not good now, by nobody known; once a minute for all of them together. */
export async function recordBadToken(db: Db, address: string | null): Promise<void> {
  if (!isNews(db, 'bad token')) return;
  const nobody: Actor = { userId: null, email: 'nobody', role: 'viewer', address };
  await db.transaction((tx) =>
    recordAudit(tx, nobody, {
      action: 'api-token.refused',
      targetType: 'api-token',
      targetId: null,
      summary: 'A token that is not known, has expired or was revoked was refused',
    }),
  );
}
