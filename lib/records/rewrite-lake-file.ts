/** Writes a file of the lake again from its record. */
import path from 'node:path';
import type { Session } from '#db/engine.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { getRecord } from './detail.ts';
import { writeLakeFile } from './lake.ts';
import { lakeDocument } from './lake-document.ts';
import { insideLake } from './lake-files.ts';
import type { Repaired } from './repaired.ts';
import { payloadIsSound, payloadValue } from './stored-payload.ts';

/** A record that does not match its own hash is not written: the file may be the last true copy. */
export async function rewriteLakeFile(
  session: Session,
  ingestId: string,
  options: { readonly baseDir: string; readonly prettyPrint: boolean },
): Promise<Repaired> {
  const record = await getRecord(session, ingestId);
  const stored = await session.q
    .selectFrom('IngestRecords')
    .select(['payload', 'content_type', 'hash_sha256'])
    .where('ingest_id', '=', ingestId)
    .executeTakeFirst();
  if (!record || !stored) return { ok: false, why: 'its record was removed meanwhile' };
  if (!payloadIsSound(stored)) {
    return { ok: false, why: 'the payload of its record does not match its hash either' };
  }
  const target = insideLake(options.baseDir, record.lakePath ?? '');
  if (target === null) return { ok: false, why: 'its path leads out of the lake' };
  const document = lakeDocument({
    ...record,
    hashSha256: record.hash,
    payload: payloadValue(stored),
  });
  const relative = path.relative(options.baseDir, target);
  try {
    await writeLakeFile(relative, document, options);
    return { ok: true };
  } catch (error) {
    if (error instanceof AppError) return { ok: false, why: error.message };
    throw error;
  }
}
