/**
 * Brings the records of a snapshot into a database. The whole snapshot is read and verified before the
 * first record is written; then the records that are absent are inserted, a few at a time. What was
 * broken off goes on where it was when the same import is started again.
 */

import { rowsAtOnce } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { readManifest } from './manifest.ts';
import type { Manifest, RecordLine, SnapshotPart } from './model.ts';
import { readPart } from './read-part.ts';

export interface SnapshotReading {
  readonly directory: string;
  /** After each part that was verified, and again after each that was imported. */
  readonly onPart?: (part: SnapshotPart, step: 'verified' | 'imported') => void;
}

export interface ImportTally {
  readonly records: number;
  readonly inserted: number;
  /** Were there before, with the same content. */
  readonly known: number;
}

/** Reads everything and writes nothing. Throws `snapshot_unreadable` or `snapshot_damaged`. */
export async function verifySnapshot({ directory, onPart }: SnapshotReading): Promise<Manifest> {
  const manifest = await readManifest(directory);
  for (const part of manifest.parts) {
    // Every record is looked at as it passes; nothing is kept.
    for await (const _ of readPart(directory, part)) void _;
    onPart?.(part, 'verified');
  }
  return manifest;
}

/**
 * @throws AppError as `verifySnapshot`; `snapshot_conflict` when a record of the same id has other
 *   content here; `forbidden`
 */
export async function importSnapshot(
  db: Db,
  actor: Actor,
  reading: SnapshotReading,
): Promise<ImportTally> {
  requirePermission(actor, 'settings:manage');
  const manifest = await verifySnapshot(reading);
  const tally = { records: manifest.records, inserted: 0, known: 0 };
  for (const part of manifest.parts) {
    for await (const group of groupsOf(readPart(reading.directory, part))) {
      const inserted = await db.transaction((tx) => insertAbsent(tx, group));
      tally.inserted += inserted;
      tally.known += group.length - inserted;
    }
    reading.onPart?.(part, 'imported');
  }
  await db.transaction((tx) =>
    recordAudit(tx, actor, {
      action: 'records.import',
      targetType: 'record',
      targetId: null,
      summary: `Imported ${tally.inserted} records of a snapshot of ${manifest.made_at}`,
      after: { ...tally, manifest_sha256: manifest.manifest_sha256 },
    }),
  );
  return tally;
}

const recordsAtOnce = 256;
/** Characters of payload in one transaction; one record that has more is alone in its own. */
const charactersAtOnce = 8 * 1024 * 1024;

async function* groupsOf(records: AsyncIterable<RecordLine>): AsyncGenerator<RecordLine[]> {
  let group: RecordLine[] = [];
  let characters = 0;
  for await (const record of records) {
    const isFull =
      group.length >= recordsAtOnce || characters + record.payload.length > charactersAtOnce;
    if (isFull && group.length > 0) {
      yield group;
      group = [];
      characters = 0;
    }
    group.push(record);
    characters += record.payload.length;
  }
  if (group.length > 0) yield group;
}

/** How many were inserted. Two imports at once meet at the key: the second transaction runs again. */
async function insertAbsent(tx: Session, group: readonly RecordLine[]): Promise<number> {
  const here = await tx.q
    .selectFrom('IngestRecords')
    .select(['ingest_id', 'hash_sha256', 'content_hash', 'source_name', 'resource_id'])
    .where(
      'ingest_id',
      'in',
      group.map((record) => record.ingest_id),
    )
    .execute();
  const known = new Map(here.map((row) => [row.ingest_id.toLowerCase(), row]));
  const absent: RecordLine[] = [];
  for (const record of group) {
    const row = known.get(record.ingest_id);
    if (!row) absent.push(record);
    else if (!isSame(row, record)) {
      throw new AppError(
        'snapshot_conflict',
        `Record ${record.ingest_id} (${record.source_name}, ${record.resource_id}) exists here with other content.`,
      );
    }
  }
  for (const rows of rowsAtOnce(absent)) {
    await tx.q
      .insertInto('IngestRecords')
      .values(
        rows.map((record) => ({
          ...record,
          fetched_at_utc: tx.engine.instantParam(record.fetched_at_utc),
          // Where it lay in the lake of another deployment says nothing about this one.
          lake_path: null,
        })),
      )
      .execute();
  }
  return absent.length;
}

const isSame = (
  row: Pick<RecordLine, 'hash_sha256' | 'content_hash' | 'source_name' | 'resource_id'>,
  record: RecordLine,
): boolean =>
  row.hash_sha256 === record.hash_sha256 &&
  row.content_hash === record.content_hash &&
  row.source_name === record.source_name &&
  row.resource_id === record.resource_id;
