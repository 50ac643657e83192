/** Writes records into a new snapshot, as a stream: memory holds some megabytes, however many there are. */

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { readNow } from '#lib/now.ts';
import { sealed } from './manifest.ts';
import {
  formatName,
  formatVersion,
  type Manifest,
  manifestName,
  type SnapshotPart,
} from './model.ts';
import { type RecordScope, recordLines } from './record-lines.ts';

export interface SnapshotExport {
  /** Absolute; must not exist. It appears when everything in it is whole. */
  readonly directory: string;
  /** Names of sources; null = all. */
  readonly sources: readonly string[] | null;
  /** For tests; default 100,000. */
  readonly recordsPerPart?: number;
  readonly onPart?: (part: SnapshotPart) => void;
}

/**
 * @throws AppError `snapshot_exists`, `forbidden`
 */
export async function exportSnapshot(
  db: Db,
  actor: Actor,
  request: SnapshotExport,
): Promise<Manifest> {
  requirePermission(actor, 'console:view');
  const { directory, sources } = request;
  if (await exists(directory)) {
    throw new AppError('snapshot_exists', `${directory} exists already.`);
  }
  const madeAt = await readNow(db);
  await db.transaction((tx) =>
    recordAudit(tx, actor, {
      action: 'records.export',
      targetType: 'record',
      targetId: null,
      summary: `Exported the records of ${sources === null ? 'all sources' : sources.join(', ')}`,
      after: { sources },
    }),
  );
  const unfinished = `${directory}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  try {
    const parts = await writeParts(db, { sources, until: madeAt }, unfinished, request);
    const manifest = sealed({
      format: formatName,
      version: formatVersion,
      made_at: madeAt,
      sources: sources === null ? null : [...sources],
      records: parts.reduce((sum, part) => sum + part.records, 0),
      parts,
    });
    await writeFile(path.join(unfinished, manifestName), `${JSON.stringify(manifest, null, 2)}\n`, {
      flush: true,
    });
    await rename(unfinished, directory);
    return manifest;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

async function writeParts(
  db: Db,
  scope: RecordScope,
  directory: string,
  { recordsPerPart = 100_000, onPart }: SnapshotExport,
): Promise<SnapshotPart[]> {
  const lines = recordLines(db, scope);
  const parts: SnapshotPart[] = [];
  let next = await lines.next();
  while (!next.done) {
    const file = `records-${String(parts.length + 1).padStart(5, '0')}.ndjson.gz`;
    let records = 0;
    const ofPart = async function* () {
      for (; !next.done && records < recordsPerPart; next = await lines.next()) {
        records += 1;
        yield next.value;
      }
    };
    const written = await writePart(path.join(directory, file), ofPart());
    const part = { file, records, ...written };
    parts.push(part);
    onPart?.(part);
  }
  return parts;
}

async function writePart(
  file: string,
  lines: AsyncIterable<string>,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(
    lines,
    createGzip(),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.byteLength;
        yield chunk;
      }
    },
    createWriteStream(file, { flags: 'wx', flush: true }),
  );
  return { bytes, sha256: hash.digest('hex') };
}

const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  );
