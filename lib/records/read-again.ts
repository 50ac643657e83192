/**
 * Reads stored bodies again: in another charset, where the server named a wrong one or none, or for the main texts of
 * pages. Payload, its hash and the charset change, or title and text; the bytes, and what counts as content, stay, so
 * that the next fetch sees no change in it.
 */
import type { Db, Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { hashJson, sha256 } from '#lib/canonical-json.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { parseWritten } from '#lib/json-text.ts';
import { type PageText, pageTextOf } from '#lib/source-types/web/page-text.ts';
import { getReceivedBody, keptBody, storableText } from './body.ts';

export interface ReadAgain {
  /** A source by its name, or one record. */
  readonly of: { readonly source: string } | { readonly ingestId: string };
  /** A label of the Encoding standard, such as `shift_jis`; or the main texts of pages that have none. */
  readonly as: { readonly charset: string } | 'main text';
  /** Says what would change. */
  readonly dryRun: boolean;
}

export interface ReadAgainTally {
  /** Records whose bytes are known and that are text; pages without a main text. */
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
  { of, as, dryRun }: ReadAgain,
): Promise<ReadAgainTally> {
  requirePermission(actor, dryRun ? 'console:view' : 'settings:manage');
  const decoder = as === 'main text' ? null : decoderOf(as.charset);
  const tally = { records: 0, changed: 0 };
  for await (const ingestId of recordsOf(db, of, decoder === null ? 'pages' : 'texts')) {
    tally.records += 1;
    const read =
      decoder === null ? await mainTextOf(db, ingestId) : await readingOf(db, ingestId, decoder);
    if (read === null) continue;
    tally.changed += 1;
    if (!dryRun) await db.transaction((tx) => write(tx, ingestId, read));
  }
  if (tally.changed > 0 && !dryRun) {
    const how = decoder?.encoding ?? 'main text';
    await db.transaction((tx) =>
      recordAudit(tx, actor, {
        action: 'records.read_again',
        targetType: 'record',
        targetId: 'ingestId' in of ? of.ingestId : null,
        summary: `Read ${tally.changed} records again as ${how}`,
        after: { ...of, ...tally, ...(decoder === null ? {} : { charset: decoder.encoding }) },
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

async function* recordsOf(
  { q, engine }: Session,
  of: ReadAgain['of'],
  kind: 'pages' | 'texts',
): AsyncGenerator<string> {
  const any = q.selectFrom('IngestRecords').select('ingest_id').orderBy('ingest_id');
  const known =
    kind === 'texts'
      ? any.where('body_sha256', 'is not', null).where('charset', 'is not', null)
      : any
          .where('content_type', 'like', '%html%')
          .where('page_title', 'is', null)
          .where('page_text', 'is', null);
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
      ...((await hasMainText(session, ingestId)) ? columnsOf(await pageTextOf(payload)) : {}),
    },
    body: await keptBody(received.body, payload),
  };
}

async function hasMainText({ q }: Session, ingestId: string): Promise<boolean> {
  const row = await q
    .selectFrom('IngestRecords')
    .select('ingest_id')
    .where('ingest_id', '=', ingestId)
    .where((eb) => eb.or([eb('page_title', 'is not', null), eb('page_text', 'is not', null)]))
    .executeTakeFirst();
  return row !== undefined;
}

const columnsOf = ({ title, text }: PageText) => ({ page_title: title, page_text: text });

/** Null when there is none to be found, or the page cannot be read for it. */
async function mainTextOf({ q }: Session, ingestId: string) {
  const stored = await q
    .selectFrom('IngestRecords')
    .select('payload')
    .where('ingest_id', '=', ingestId)
    .executeTakeFirst();
  if (!stored) return null;
  try {
    const page = await pageTextOf(stored.payload);
    return page.title === null && page.text === null ? null : { row: columnsOf(page), body: null };
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

type Reading = NonNullable<Awaited<ReturnType<typeof readingOf | typeof mainTextOf>>>;

async function write(tx: Session, ingestId: string, { row, body }: Reading): Promise<void> {
  const changed = await tx.q
    .updateTable('IngestRecords')
    .set(row)
    .where('ingest_id', '=', ingestId)
    .executeTakeFirst();
  if (Number(changed.numUpdatedRows) === 0 || body === null) return;
  await tx.q.deleteFrom('record_bodies').where('ingest_id', '=', ingestId).execute();
  const { apart } = body;
  if (apart === null) return;
  const kept = { ingest_id: ingestId, coding: apart.coding, body: apart.data };
  await tx.engine.insertRecordBodies(tx, [kept]);
}
