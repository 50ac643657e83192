/** What people write about a source, for whoever comes next. */
import type { Selectable } from 'kysely';
import type { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import type { Instant, SourceCommentsTable } from '#db/schema.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission, requireSources } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { newId } from '#lib/ids.ts';
import { noteText } from '#lib/people-text.ts';
import { requireSource } from './read-sources.ts';

export interface SourceComment {
  readonly commentId: string;
  readonly at: Instant;
  readonly by: string;
  readonly body: string;
}

export const commentBodySchema = noteText({ most: 2000, missing: 'Write something.' });

/** Writes a comment on a source. Needs `sources:change`. Throws `source_unknown`, `forbidden`. */
export async function commentOnSource(
  db: Db,
  actor: Actor,
  nameOrId: string,
  body: z.output<typeof commentBodySchema>,
): Promise<SourceComment> {
  requirePermission(actor, 'sources:change');
  return db.transaction(async (tx) => {
    const { sourceId, name } = await requireSource(tx, nameOrId);
    requireSources(actor, [name]);
    const commentId = newId();
    await tx.q
      .insertInto('source_comments')
      .values({
        comment_id: commentId,
        source_id: sourceId,
        written_at: tx.engine.now(),
        written_by: actor.email,
        body,
      })
      .execute();
    await recordAudit(tx, actor, {
      action: 'source.comment',
      targetType: 'source',
      targetId: sourceId,
      summary: `Commented on source ${name}`,
      after: { comment: body },
    });
    const row = await tx.q
      .selectFrom('source_comments')
      .selectAll()
      .where('source_id', '=', sourceId)
      .where('comment_id', '=', commentId)
      .executeTakeFirstOrThrow();
    return toComment(row);
  });
}

/** The newest comments on a source, newest first. */
export async function listComments(
  { q, engine }: Session,
  sourceId: string,
  limit = 50,
): Promise<SourceComment[]> {
  const query = q
    .selectFrom('source_comments')
    .selectAll()
    .where('source_id', '=', sourceId)
    .orderBy('comment_id', 'desc');
  return (await engine.take(query, limit).execute()).map(toComment);
}

const toComment = (row: Selectable<SourceCommentsTable>): SourceComment => ({
  commentId: row.comment_id,
  at: row.written_at,
  by: row.written_by,
  body: row.body,
});
