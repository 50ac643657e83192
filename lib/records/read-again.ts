/**
 * Reads stored bodies again in another charset, where the server named a wrong one or none: payload, its hash and the
 * charset change; the bytes, and what counts as content, stay, so that the next fetch sees no change in it.
 */
import type { Db, Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { hashJson, sha256 } from '#lib/canonical-json.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { parseWritten } from '#lib/json-text.ts';
import { getReceivedBody, keptBody, storableText } from './body.ts';

export interface ReadAgain {
  /** A source by its name, or one record. */
  readonly of: { readonly source: string } | { readonly ingestId: string };
  /** A label of the Encoding standard, such as `shift_jis`. */
  readonly charset: string;
  /** Says what would change. */
  readonly dryRun: boolean;
}

export interface ReadAgainTally {
  /** Records whose bytes are known and that are text. */
  readonly records: number;
  readonly changed: number;
}

const pageSize = 200;

/**
 * Memory holds one body at a time; each record is a transaction of its own, so that what was broken off can be begun
 * again.
 * @throws AppError `input_invalid` for an unknown charset, `body_damaged`, `forbidden`
 */
export async function readAgain(
  db: Db,
  actor: Actor,
  { of, charset: label, dryRun }: ReadAgain,
): Promise<ReadAgainTally> {
  requirePermission(actor, dryRun ? 'console:view' : 'settings:manage');
  const decoder = decoderOf(label);
  const tally = { records: 0, changed: 0 };
  for await (const ingestId of textRecords(db, of)) {
    tally.records += 1;
    const read = await readingOf(db, ingestId, decoder);
    if (read === null) continue;
    tally.changed += 1;
    if (!dryRun) await db.transaction((tx) => write(tx, ingestId, read));
  }
  if (tally.changed > 0 && !dryRun) {
    await db.transaction((tx) =>
      recordAudit(tx, actor, {
        action: 'records.read_again',
        targetType: 'record',
        targetId: 'ingestId' in of ? of.ingestId : null,
        summary: `Read ${tally.changed} records again as ${decoder.encoding}`,
        after: { ...of, ...tally, charset: decoder.encoding },
      }),
    );
  }
  return tally;
}

function decoderOf(label: string): TextDecoder {
  try {
    return new TextDecoder(label);
  } catch (cause) {
    throw new AppError('input_invalid', `There is no charset "${label.slice(0, 40)}".`, { cause });
  }
}

async function* textRecords({ q, engine }: Session, of: ReadAgain['of']): AsyncGenerator<string> {
  const known = q
    .selectFrom('IngestRecords')
    .select('ingest_id')
    .where('body_sha256', 'is not', null)
    .where('charset', 'is not', null)
    .orderBy('ingest_id');
  const all =
    'source' in of
      ? known.where('source_name', '=', of.source)
      : known.where('ingest_id', '=', of.ingestId);
  let after: string | null = null;
  while (true) {
    const rest: typeof all = after === null ? all : all.where('ingest_id', '>', after);
    const page: { ingest_id: string }[] = await engine.take(rest, pageSize).execute();
    for (const { ingest_id: id } of page) yield id;
    if (page.length < pageSize) return;
    after = page.at(-1)?.ingest_id ?? null;
  }
}

/** Null when it reads so already, or was removed meanwhile. */
async function readingOf(session: Session, ingestId: string, decoder: TextDecoder) {
  const received = await getReceivedBody(session, ingestId);
  if (received === null || received.charset === decoder.encoding) return null;
  const payload = storableText(decoder.decode(received.body));
  const isJson = /json/i.test(received.contentType ?? '');
  const value = isJson ? parseWritten(payload) : undefined;
  return {
    row: {
      payload,
      charset: decoder.encoding,
      hash_sha256: value === undefined ? sha256(payload) : hashJson(value),
    },
    body: await keptBody(received.body, payload),
  };
}

type Reading = NonNullable<Awaited<ReturnType<typeof readingOf>>>;

async function write(tx: Session, ingestId: string, { row, body }: Reading): Promise<void> {
  const changed = await tx.q
    .updateTable('IngestRecords')
    .set(row)
    .where('ingest_id', '=', ingestId)
    .executeTakeFirst();
  if (Number(changed.numUpdatedRows) === 0) return;
  await tx.q.deleteFrom('record_bodies').where('ingest_id', '=', ingestId).execute();
  const { apart } = body;
  if (apart === null) return;
  const kept = { ingest_id: ingestId, coding: apart.coding, body: apart.data };
  await tx.engine.insertRecordBodies(tx, [kept]);
}
