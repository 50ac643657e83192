/** Files of the lake that no record names, and what to do about them. */
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Session } from '#db/engine.ts';
import { type LakeFile, orphanDirectory, readLakeFile } from './lake-files.ts';
import type { LakeCheck, LakeFinding } from './lake-model.ts';
import { inTurns } from './lake-model.ts';
import { type Repaired, tried } from './repaired.ts';

/** Those of one page (no longer than `chunkSize`) of files that nobody is writing any more. */
export async function findOrphans(
  session: Session,
  page: readonly LakeFile[],
  check: LakeCheck,
): Promise<LakeFinding[]> {
  const files = await inTurns(
    page.filter(({ kind }) => kind === 'record'),
    async ({ path: file }) => {
      const content = await readLakeFile(check.baseDir, file);
      // Of what may be large only the id is kept for the page.
      const ingestId = content.kind === 'document' ? content.ingestId : null;
      return { path: file, isThere: content.kind !== 'absent', ingestId };
    },
  );
  const pathOf = await pathsById(
    session,
    files.flatMap(({ ingestId }) => ingestId ?? []),
  );
  const doubtful = files.filter(
    ({ path: file, isThere, ingestId }) =>
      isThere && (ingestId === null || pathOf.get(ingestId) !== file),
  );
  // A damaged file tells a wrong id or none: its record is looked for by the path. That reads through
  // the records, and is rare.
  const named = await pathsNamed(
    session,
    doubtful.map((one) => one.path),
  );
  const findings: LakeFinding[] = [];
  for (const { path: file, ingestId } of doubtful) {
    if (named.has(file)) continue;
    const other = ingestId === null ? undefined : pathOf.get(ingestId);
    const why = other ? `is not the one its record names, ${other}` : 'is of no record';
    const repaired = check.fix ? await setAside(check.baseDir, file) : null;
    findings.push({ kind: 'orphaned', path: file, ingestId, why, repaired });
  }
  for (const { kind, path: file } of page) {
    if (kind !== 'temporary') continue;
    const why = 'was left by a writer that ended';
    const repaired = check.fix
      ? await tried(() => rm(path.join(check.baseDir, file), { force: true }))
      : null;
    findings.push({ kind: 'leftover', path: file, ingestId: null, why, repaired });
  }
  return findings;
}

/** Nothing is thrown away: it may belong to a database that is not this one. */
function setAside(baseDir: string, file: string): Promise<Repaired> {
  const target = path.join(baseDir, orphanDirectory, file);
  return tried(async () => {
    await mkdir(path.dirname(target), { recursive: true });
    await rename(path.join(baseDir, file), target);
  });
}

async function pathsById(
  { q }: Session,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  if (ids.length === 0) return new Map();
  const rows = await q
    .selectFrom('IngestRecords')
    .select(['ingest_id', 'lake_path'])
    .where('ingest_id', 'in', [...ids])
    .execute();
  return new Map(rows.map((row) => [row.ingest_id.toLowerCase(), row.lake_path]));
}

async function pathsNamed(
  { q }: Session,
  paths: readonly string[],
): Promise<ReadonlySet<string | null>> {
  if (paths.length === 0) return new Set();
  const rows = await q
    .selectFrom('IngestRecords')
    .select('lake_path')
    .where('lake_path', 'in', [...paths])
    .execute();
  return new Set(rows.map((row) => row.lake_path));
}
