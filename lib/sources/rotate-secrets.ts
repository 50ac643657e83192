/** After a new master key: what was sealed under an older one is sealed anew. */
import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { isReference } from './secret-references.ts';
import { channelContext, contextOf, type SecretBox } from './secrets.ts';

export interface Rotation {
  /** Sealed under the current key before. */
  readonly current: number;
  readonly rotated: number;
  /** That no key of the ring opens; left as they are. */
  readonly unreadable: readonly { readonly source: string; readonly secret: string }[];
}

/** May be repeated, and run beside workers and saves: a secret that changes meanwhile is under the current key already. */
export async function rotateSecrets(db: Db, actor: Actor, box: SecretBox): Promise<Rotation> {
  requirePermission(actor, 'sources:secrets');
  return db.transaction(async (tx) => {
    const rows = await tx.q
      .selectFrom('source_secrets')
      .innerJoin('sources', 'sources.source_id', 'source_secrets.source_id')
      .select(['source_secrets.source_id', 'secret_name', 'ciphertext', 'sources.name'])
      .orderBy('source_secrets.source_id')
      .orderBy('secret_name')
      .execute();
    const sealed = rows.filter(({ ciphertext }) => !isReference(ciphertext));
    const unreadable: { source: string; secret: string }[] = [];
    let rotated = 0;
    for (const { source_id: sourceId, secret_name: name, ciphertext, name: source } of sealed) {
      const fresh = resealed(box, ciphertext, contextOf(sourceId, name));
      if (fresh === unreadableText) unreadable.push({ source, secret: name });
      if (fresh === null || fresh === unreadableText) continue;
      await tx.q
        .updateTable('source_secrets')
        .set({ ciphertext: fresh })
        .where('source_id', '=', sourceId)
        .where('secret_name', '=', name)
        .where('ciphertext', '=', ciphertext)
        .execute();
      rotated += 1;
    }
    const channels = await tx.q
      .selectFrom('notice_channels')
      .select(['channel_id', 'name', 'sealed'])
      .orderBy('channel_id')
      .execute();
    for (const { channel_id: channelId, name, sealed: text } of channels) {
      const fresh = resealed(box, text, channelContext(channelId));
      if (fresh === unreadableText)
        unreadable.push({ source: `channel ${name}`, secret: 'address' });
      if (fresh === null || fresh === unreadableText) continue;
      await tx.q
        .updateTable('notice_channels')
        .set({ sealed: fresh })
        .where('channel_id', '=', channelId)
        .where('sealed', '=', text)
        .execute();
      rotated += 1;
    }
    if (rotated > 0) {
      await recordAudit(tx, actor, {
        action: 'source.rotate-secrets',
        targetType: 'source',
        targetId: null,
        summary: `Encrypted ${rotated} ${rotated === 1 ? 'secret' : 'secrets'} under the current key`,
        after: { rotated, unreadable },
      });
    }
    return {
      current: sealed.length + channels.length - rotated - unreadable.length,
      rotated,
      unreadable,
    };
  });
}

const unreadableText = Symbol('no key of the ring opens it');

/** Null when it is sealed under the current key. */
function resealed(
  box: SecretBox,
  text: string,
  context: string,
): string | null | typeof unreadableText {
  try {
    return box.reseal(text, context);
  } catch (error) {
    if (error instanceof AppError) return unreadableText;
    throw error;
  }
}
